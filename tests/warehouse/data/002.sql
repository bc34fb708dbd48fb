-- What schema version 2 added, in the rows of version 1.
UPDATE store.exodus SET laid_off = ['Charles Babbage'], undated = ['Grace Hopper'], apart_event_ids = ['e2', 'e3'];
