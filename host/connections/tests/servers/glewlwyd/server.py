"""Debian's Glewlwyd on SQLite, with its OpenID Connect plugin: rotation, PKCE, `iss`, revocation, devices.

Its own sign-in page is a script in the browser, so two plain forms stand in for it; all OAuth answers are Glewlwyd's own.
`server.py FOLDER` keeps its database in the folder, prints `listening PORT` and ends with its standard input. `/seen` lists
the requests so far, `/issued` the tokens and codes, `/redirect?port=N` registers a call-back address on that port, and
`/api/me` is the one call.
"""

import base64
import ctypes
import html
import http.client
import json
import os
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

FOLDER = sys.argv[1]
LIFE = int(os.environ.get("LIFE", "3600"))
INSTALLED = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"
MODULES = {"user": "user", "client": "client", "user_auth_scheme": "scheme", "plugin": "plugin"}
SCOPES = ["user:read", "meeting:read"]
CALLBACK = "http://127.0.0.1:{}/oauth/callback"
FORM = '<!doctype html><form method="post">{}<button name="decision" value="allow">Go on</button>{}</form>'
DENY = '<button name="decision" value="deny">Deny</button>'
SECRET = secrets.token_hex(32)
PR_SET_PDEATHSIG = 1

seen, issued, ports = [], [], [7910]
guard = threading.Lock()


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


PORT = free_port()


def ask(method, path, body=None, headers=None):
    """One request to Glewlwyd itself."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    return answer, answer.read()


def end_with_parent():
    """The test may kill this program, and nothing of it must stay."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(public):
    with sqlite3.connect(f"{FOLDER}/glewlwyd.sqlite3") as database:
        database.executescript(open(INSTALLED).read())
    with open(f"{FOLDER}/glewlwyd.conf", "w") as file:
        for kind, place in MODULES.items():
            file.write(f'{kind}_module_path="/usr/lib/glewlwyd/{place}"\n')
        file.write(
            f'port={PORT}\nbind_address="127.0.0.1"\nexternal_url="{public}"\nlogin_url="login.html"\napi_prefix="api"\n'
            'log_mode="console"\nlog_level="ERROR"\ncookie_secure=0\nsession_expiration=86400\nsession_key="session"\n'
            'admin_session_authentication="cookie"\nprofile_session_authentication="cookie"\nhash_algorithm="SHA512"\n'
            f'database={{ type="sqlite3" path="{FOLDER}/glewlwyd.sqlite3" }}\n'
        )
    command = ["glewlwyd", f"--config-file={FOLDER}/glewlwyd.conf"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, preexec_fn=end_with_parent)
    for _ in range(600):
        try:
            return ask("GET", "/api/")
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    sys.exit("glewlwyd did not start")


def sign_in(username, password):
    """The cookie of a session."""
    body = json.dumps({"username": username, "password": password})
    answer, _ = ask("POST", "/api/auth/", body, {"content-type": "application/json"})
    return answer.getheader("set-cookie", "").split(";")[0] if answer.status == 200 else None


def client():
    return {
        "client_id": "app",
        "name": "app",
        "enabled": True,
        "confidential": True,
        "client_secret": "canary-app-secret",
        "token_endpoint_auth_method": ["client_secret_basic"],
        "redirect_uri": [CALLBACK.format(port) for port in ports],
        "authorization_type": ["code", "refresh_token", "device_authorization"],
        "scope": SCOPES,
    }


def admin(method, path, body):
    answer, text = ask(method, path, json.dumps(body), {"content-type": "application/json", "cookie": ADMIN})
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status} {text}")


def configure(public):
    for scope in SCOPES:
        admin("POST", "/api/scope/", {"name": scope, "display_name": scope, "password_required": True, "scheme": {}})
    admin("POST", "/api/user/", {"username": "ada", "name": "ada", "password": "demo", "scope": SCOPES, "enabled": True})
    admin("POST", "/api/client/", client())
    parameters = {
        "iss": public,
        "jwt-type": "sha",
        "jwt-key-size": "256",
        "key": SECRET,
        "access-token-duration": LIFE,
        "refresh-token-duration": 86_400,
        "refresh-token-rolling": True,
        "refresh-token-one-use": "always",
        "code-duration": 600,
        "auth-type-code-enabled": True,
        "auth-type-code-revoke-replayed": True,
        "auth-type-refresh-enabled": True,
        "auth-type-device-enabled": True,
        "auth-type-token-enabled": False,
        "auth-type-id-token-enabled": True,
        "auth-type-none-enabled": False,
        "auth-type-password-enabled": False,
        "auth-type-client-enabled": False,
        "auth-type-implicit-enabled": False,
        "device-authorization-expiration": 600,
        "device-authorization-interval": 5,
        "allow-non-oidc": True,
        "pkce-allowed": True,
        "pkce-method-plain-allowed": False,
        "pkce-required": True,
        "oauth-as-iss-id": True,
        "introspection-revocation-allowed": True,
        "introspection-revocation-allow-target-client": True,
        "client-pubkey-parameter": "pubkey",
        "client-jwks-parameter": "jwks",
        "client-jwks_uri-parameter": "jwks_uri",
        "oauth-fapi-allow-jarm": False,
    }
    admin("POST", "/api/mod/plugin/", {"module": "oidc", "name": "oidc", "display_name": "oidc", "parameters": parameters})


def grant(cookie, scopes):
    body = json.dumps({"scope": " ".join(scopes)})
    ask("PUT", "/api/auth/grant/app", body, {"content-type": "application/json", "cookie": cookie})


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *_):
        pass

    def send(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def json(self, value):
        self.send(200, json.dumps(value).encode(), [("content-type", "application/json")])

    def serve(self):
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if parts.path == "/seen":
            return self.json(seen)
        if parts.path == "/issued":
            return self.json(issued)
        if parts.path == "/redirect":
            with guard:
                ports.append(int(parse_qs(parts.query)["port"][0]))
                admin("PUT", "/api/client/app", client())
            return self.json(True)
        scheme = self.headers.get("authorization", "").split(" ")[0] or None
        entry = {"method": self.command, "url": self.path, "authorization": scheme, "status": None}
        seen.append(entry)
        if parts.path == "/api/me":
            return self.me(entry)
        if parts.path == "/login.html":
            return self.login(entry, parse_qs(parts.query), parse_qs(body.decode()))
        return self.forward(entry, body)

    do_GET = do_POST = serve

    def me(self, entry):
        answer, body = ask("GET", "/api/oidc/userinfo", headers={"authorization": self.headers.get("authorization", "")})
        entry["status"] = answer.status
        if answer.status != 200:
            return self.send(answer.status)
        token = self.headers["authorization"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(token + "=="))
        return self.json({"user_id": "ada", "sub": json.loads(body)["sub"], "scope": claims.get("scope")})

    def login(self, entry, query, form):
        """What Glewlwyd's own page does: sign in, allow scopes, and go back."""
        first = {name: values[0] for name, values in query.items()}
        back, prompt = first.get("callback_url", "/"), first.get("prompt")
        cookies = SimpleCookie(self.headers.get("cookie", ""))
        entry["status"] = 200 if self.command == "GET" else 303
        if self.command == "GET":
            if prompt == "deviceComplete":
                return self.page("<p>The device is connected.</p>")
            if prompt and prompt.startswith("device"):
                return self.page(FORM.format('<input name="user_code">', ""))
            if "signed-in" not in cookies:
                return self.page(FORM.format('<input name="username"><input name="password" type="password">', ""))
            scope = html.escape(first.get("scope", ""))
            return self.page(FORM.format(f'<input name="scope" value="{scope}">', DENY))
        if "user_code" in form:
            return self.redirect(f"{back}?{urlencode({'code': form['user_code'][0]})}")
        if "password" in form:
            session = sign_in(form["username"][0], form["password"][0])
            return self.redirect(self.path, [("set-cookie", f"{session}; Path=/"), ("set-cookie", "signed-in=yes; Path=/")])
        if form.get("decision") != ["allow"]:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
            refusal = {"error": "access_denied", "state": asked["state"], "iss": PUBLIC}
            return self.redirect(f"{asked['redirect_uri']}?{urlencode(refusal)}")
        grant(f"session={cookies['session'].value}", form.get("scope", []))
        return self.redirect(f"{back}&g_continue")

    def page(self, content):
        self.send(200, content.encode(), [("content-type", "text/html")])

    def redirect(self, location, headers=()):
        self.send(303, headers=[*headers, ("location", location)])

    def forward(self, entry, body):
        """Glewlwyd's own answer, as it is."""
        names = ["authorization", "content-type", "cookie", "accept"]
        headers = {name: self.headers[name] for name in names if self.headers.get(name)}
        answer, text = ask(self.command, self.path, body, headers)
        entry["status"] = answer.status
        note(answer, text, body)
        skipped = {"content-length", "transfer-encoding", "connection", "date"}
        self.send(answer.status, text, [(name, value) for name, value in answer.getheaders() if name.lower() not in skipped])


def note(answer, text, body):
    """Keeps the secrets of an exchange, to be searched for later."""
    issued.extend(re.findall(r"[?&]code=([^&]+)", answer.getheader("location", "")))
    issued.extend(parse_qs(body.decode()).get("code_verifier", []))
    if text.startswith(b"{"):
        fields = json.loads(text)
        names = ["access_token", "refresh_token", "device_code"]
        issued.extend(fields[name] for name in names if isinstance(fields.get(name), str))


front = ThreadingHTTPServer(("127.0.0.1", 0), Front)
PUBLIC = f"http://127.0.0.1:{front.server_address[1]}"
start(PUBLIC)
ADMIN = sign_in("admin", "password")
configure(PUBLIC)
threading.Thread(target=front.serve_forever, daemon=True).start()
print("listening", front.server_address[1], flush=True)
sys.stdin.read()
