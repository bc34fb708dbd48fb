# Airflow's official image with the project and its locked dependencies. One image for every Airflow service of
# docker-compose.yaml and for the official Helm chart (docs/scaling.md).
FROM apache/airflow:slim-3.3.2-python3.11

USER root
# Where the volumes are mounted: a new named volume takes owner and mode from here.
RUN install -d -o airflow -g root -m 0775 /opt/venv /opt/airflow/logs /opt/airflow/data \
    /opt/airflow/data/published /opt/airflow/data/articles /opt/airflow/data/inbox \
    /opt/airflow/data/archive /opt/airflow/data/staging
USER airflow

# An environment of its own: the image's packages follow Airflow's constraints, the project's follow its lock.
ENV PIP_USER=false \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir 'uv>=0.9,<1'
COPY --chown=airflow:root requirements.txt /opt/departures/
RUN /opt/venv/bin/uv pip install --python /opt/venv/bin/python --no-cache --require-hashes \
    -r /opt/departures/requirements.txt

COPY --chown=airflow:root pyproject.toml LICENSE /opt/airflow/
COPY --chown=airflow:root include /opt/airflow/include
COPY --chown=airflow:root dags /opt/airflow/dags
COPY --chown=airflow:root plugins /opt/airflow/plugins
ENV PATH=/opt/venv/bin:$PATH \
    VIRTUAL_ENV=/opt/venv \
    PYTHONPATH=/opt/airflow \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False \
    DEPARTURES_HOME=/opt/airflow/data
# Knowledge is compiled on first use; here, so that no container does it again.
RUN /opt/venv/bin/uv pip install --python /opt/venv/bin/python --no-cache --no-deps --editable /opt/airflow \
    && python -c 'from include.pipeline.reading import load_models; load_models()'
