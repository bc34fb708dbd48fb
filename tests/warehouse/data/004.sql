-- What schema version 4 added.
UPDATE store.exodus SET stale = TRUE;
