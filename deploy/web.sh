#!/bin/sh
# The web server of a machine: tables and static files first, then Gunicorn, which becomes this process.
# DATABASE_URL, REDIS_URL, SECRET_KEY and ALLOWED_HOSTS come from the environment; so may WEB_PROCESSES and WEB_ADDRESS.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
python manage.py check --fail-level WARNING
python manage.py migrate --noinput
python manage.py collectstatic --noinput --verbosity 0
exec gunicorn colortest.wsgi \
  --bind "${WEB_ADDRESS:-0.0.0.0:8000}" \
  --workers "${WEB_PROCESSES:-2}" --worker-class gthread --threads 8 --keep-alive 75 --graceful-timeout 10 \
  --logger-class colortest.embedded.weblog.QuietLogger --no-control-socket
