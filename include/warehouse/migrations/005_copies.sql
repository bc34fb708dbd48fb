-- Recognising copies costs what the batch costs: keys are numbers, and what has one of them is looked up.
CREATE TABLE store.copy_keys (
    key BIGINT NOT NULL,
    article_id VARCHAR NOT NULL
);
COMMENT ON TABLE store.copy_keys IS 'Keys by which an article with the same address or the same words is found; what it is now decides.';
COMMENT ON COLUMN store.copy_keys.key IS '60 bits of a hash of the address, or of the hash of the words.';
COMMENT ON COLUMN store.copy_keys.article_id IS 'An article that had this address or these words.';
INSERT INTO store.copy_keys
SELECT DISTINCT ('0x' || left(md5('url ' || canonical_url), 15))::BIGINT AS key, article_id
FROM store.articles WHERE canonical_url <> ''
UNION SELECT ('0x' || left(md5('words ' || content_hash), 15))::BIGINT, article_id
FROM store.articles WHERE content_hash <> '';

-- A key was the band's number and three words of 32 bits in hexadecimal; any other text is hashed.
ALTER TABLE store.signatures ALTER COLUMN bands SET DATA TYPE BIGINT[] USING [
    if(regexp_full_match(band, '[0-9a-f]{26}'),
        xor(xor(('0x' || band[1:2])::BIGINT << 56, ('0x' || band[3:10])::BIGINT << 24),
            xor(('0x' || band[11:18])::BIGINT << 12, ('0x' || band[19:26])::BIGINT)),
        ('0x' || left(md5(band), 15))::BIGINT)
    FOR band IN bands];
COMMENT ON COLUMN store.signatures.bands IS 'Keys of its bands, as numbers: articles that share one are compared.';
