"""The PyPI package django-oauth-toolkit on SQLite: rotation, PKCE, `iss`, revocation, devices.

`server.py --prepare FILE` makes a database with two apps and a user; `server.py FILE` serves it, prints `listening PORT`
and ends with its standard input. `/seen` lists the requests so far, `/issued` the tokens and codes, `/api/me` is the one call, and `/lock` and `/unlock`
take the database away from the server as a backup would.
"""

import json
import os
import re
import sqlite3
import sys
import threading
from socketserver import TCPServer, ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django
from django.conf import settings

PREPARE = sys.argv[1] == "--prepare"
DATABASE = sys.argv[-1]
LIFE = int(os.environ.get("LIFE", "3600"))


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self):
        # Without the look-up of the machine's name.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address
        self.setup_environ()


class Quiet(WSGIRequestHandler):
    def address_string(self):
        return self.client_address[0]

    def log_message(self, *_):
        pass


SERVER = Server(("127.0.0.1", 0), Quiet)
LOGIN = """<form method="post">{% csrf_token %}<input type="hidden" name="next" value="{{ next }}">
<input name="username"><input name="password" type="password"><button>Sign in</button></form>"""

settings.configure(
    SECRET_KEY="not-a-secret",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    LOGIN_URL="/login",
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE, "OPTIONS": {"timeout": 0.3}}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"],
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"login.html": LOGIN}),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ],
    LOGGING_CONFIG=None,
    OAUTH2_PROVIDER={
        "SCOPES": {"user:read": "Read the user", "meeting:read": "Read meetings"},
        "ACCESS_TOKEN_EXPIRE_SECONDS": LIFE,
        "OAUTH_DEVICE_VERIFICATION_URI": f"http://127.0.0.1:{SERVER.server_port}/o/device/",
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
        "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    },
)
django.setup()

from django.contrib.auth import get_user_model, views as auth  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.decorators import protected_resource  # noqa: E402
from oauth2_provider.models import get_application_model  # noqa: E402


@protected_resource()
def me(request):
    return JsonResponse({"user_id": request.resource_owner.username})


urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("login", auth.LoginView.as_view(template_name="login.html")),
    path("api/me", me),
]


def prepare():
    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_user("ada", password="demo")
    app = get_application_model()
    for client_id, grant in [("app", app.GRANT_AUTHORIZATION_CODE), ("device", app.GRANT_DEVICE_CODE)]:
        app.objects.create(
            name=client_id,
            client_id=client_id,
            client_secret="canary-app-secret",
            user=user,
            client_type=app.CLIENT_CONFIDENTIAL,
            authorization_grant_type=grant,
            redirect_uris="http://127.0.0.1/oauth/callback",
        )


def serve():
    django_app = get_wsgi_application()
    seen, issued, lock = [], [], sqlite3.connect(DATABASE, check_same_thread=False, isolation_level=None)

    def application(environ, start):
        url = environ["PATH_INFO"] + ("?" + environ["QUERY_STRING"] if environ["QUERY_STRING"] else "")
        if url == "/seen":
            start("200 OK", [("content-type", "application/json")])
            return [json.dumps(seen).encode()]
        if url == "/issued":
            start("200 OK", [("content-type", "application/json")])
            return [json.dumps(issued).encode()]
        if url in ("/lock", "/unlock"):
            lock.execute("BEGIN EXCLUSIVE" if url == "/lock" else "ROLLBACK")
            start("200 OK", [("content-type", "text/plain")])
            return [b"done"]
        scheme = environ.get("HTTP_AUTHORIZATION", "").split(" ")[0] or None
        entry = {"method": environ["REQUEST_METHOD"], "url": url, "authorization": scheme, "status": None}
        seen.append(entry)

        def noted(status, headers, *more):
            entry["status"] = int(status.split(" ")[0])
            for name, value in headers:
                found = re.search("[?&]code=([^&]+)", value) if name.lower() == "location" else None
                issued.extend(found.groups() if found else [])
            return start(status, headers, *more)

        answer = django_app(environ, noted)
        if answer.get("content-type", "").startswith("application/json"):
            told = json.loads(answer.content)
            issued.extend(told[name] for name in ("access_token", "refresh_token", "device_code") if told.get(name))
        return answer

    SERVER.set_app(application)
    threading.Thread(target=SERVER.serve_forever, daemon=True).start()
    print(f"listening {SERVER.server_port}", flush=True)
    sys.stdin.read()


prepare() if PREPARE else serve()
