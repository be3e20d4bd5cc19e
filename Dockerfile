# The product's one image: web, worker, beat and the one-shot setup differ in their command only.
FROM python:3.11-slim-bookworm

# Pango draws the PDF reports.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt

COPY . .
# Values for this step only: nothing is connected to.
RUN SECRET_KEY=build DATABASE_URL=postgres://build@/build REDIS_URL=redis://build DATA_DIR=/tmp \
    python manage.py collectstatic --no-input \
    && useradd --system --uid 10001 trust-si && install -d -o trust-si /data

USER trust-si
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app/bin DATA_DIR=/data
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "8", "--no-ws", "trust_si.wsgi:application"]
