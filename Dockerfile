# Airflow 3.3 with the project and its locked dependencies. One image for every service of docker-compose.yaml.
FROM python:3.11.14-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /opt/airflow
RUN python -m venv /opt/venv && pip install --no-cache-dir 'uv>=0.9,<1'
COPY requirements.txt ./
RUN uv pip install --python /opt/venv/bin/python --no-cache --require-hashes -r requirements.txt
COPY pyproject.toml LICENSE ./
COPY include ./include
RUN uv pip install --python /opt/venv/bin/python --no-cache --no-deps --editable .

FROM python:3.11.14-slim-bookworm

RUN useradd --uid 50000 --create-home --home-dir /home/airflow airflow \
    && mkdir -p /opt/airflow/data /opt/airflow/logs \
    && chown -R airflow /opt/airflow
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/airflow \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/airflow/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/airflow/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False \
    DEPARTURES_HOME=/opt/airflow/data
WORKDIR /opt/airflow
COPY --from=build /opt/venv /opt/venv
COPY --chown=airflow pyproject.toml LICENSE ./
COPY --chown=airflow include ./include
COPY --chown=airflow dags ./dags
COPY --chown=airflow plugins ./plugins
USER airflow
ENTRYPOINT ["airflow"]
CMD ["--help"]
