"""The board: a FastAPI application over the published file, in Airflow (with the login it is handed) or alone."""
