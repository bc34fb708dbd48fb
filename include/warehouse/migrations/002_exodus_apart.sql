-- Layoffs and departures of no known day stand beside those that an exodus counts.
ALTER TABLE store.exodus ADD COLUMN laid_off VARCHAR[] DEFAULT [];
ALTER TABLE store.exodus ALTER COLUMN laid_off SET NOT NULL;
ALTER TABLE store.exodus ADD COLUMN undated VARCHAR[] DEFAULT [];
ALTER TABLE store.exodus ALTER COLUMN undated SET NOT NULL;
ALTER TABLE store.exodus ADD COLUMN apart_event_ids VARCHAR[] DEFAULT [];
ALTER TABLE store.exodus ALTER COLUMN apart_event_ids SET NOT NULL;
COMMENT ON COLUMN store.exodus.laid_off IS 'Who was laid off in the window; not in observed.';
COMMENT ON COLUMN store.exodus.undated IS 'Whose departure of no known day was first reported in the window; not in observed.';
COMMENT ON COLUMN store.exodus.apart_event_ids IS 'The departures of those laid off and undated.';
