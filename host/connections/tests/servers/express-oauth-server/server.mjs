// The npm package @node-oauth/express-oauth-server: rotation, PKCE, scopes as the model gives them. It has no devices and no
// revocation of its own, so revoking is a line of this model.
// Prints `listening PORT` and ends with its standard input. `/seen` lists the requests so far, `/issued` the tokens and codes,
// `/redirect?port=N` registers a call-back address on that port; `/api/me` is the one call.
import { createServer } from "node:http";
import express from "express";
import OAuthServer from "@node-oauth/express-oauth-server";

const LIFE = Number(process.env.LIFE ?? 3600);
const SCOPES = ["user:read", "meeting:read"];
const callback = (port) => `http://127.0.0.1:${port}/oauth/callback`;

const seen = [];
const issued = [];
const codes = new Map();
const tokens = new Map();
const client = {
  id: "app",
  secret: "canary-app-secret",
  grants: ["authorization_code", "refresh_token"],
  redirectUris: [callback(7910)],
  accessTokenLifetime: LIFE,
  refreshTokenLifetime: 86_400,
};
const known = (id, secret) => id === client.id && (secret === null || secret === client.secret);

const model = {
  getClient: async (id, secret) => (known(id, secret ?? null) ? client : false),
  saveAuthorizationCode: async (code, _, user) => {
    const saved = { ...code, client, user };
    codes.set(code.authorizationCode, saved);
    issued.push(code.authorizationCode);
    return saved;
  },
  getAuthorizationCode: async (code) => codes.get(code),
  revokeAuthorizationCode: async (code) => codes.delete(code.authorizationCode),
  saveToken: async (token, _, user) => {
    const saved = { ...token, client, user };
    tokens.set(token.accessToken, saved).set(token.refreshToken, saved);
    issued.push(token.accessToken, token.refreshToken);
    return saved;
  },
  getAccessToken: async (token) => only(token, "accessToken"),
  getRefreshToken: async (token) => only(token, "refreshToken"),
  revokeToken: async (token) => tokens.delete(token.refreshToken) && (tokens.delete(token.accessToken) || true),
  validateScope: async (_user, _client, scope) => (scope ?? SCOPES).filter((one) => SCOPES.includes(one)),
  verifyScope: async () => true,
};
const only = (token, kind) => (tokens.get(token)?.[kind] === token ? tokens.get(token) : undefined);

const oauth = new OAuthServer({ model, requireClientAuthentication: { authorization_code: true, refresh_token: true } });
const app = express();
app.use(express.urlencoded({ extended: false }));

app.get("/seen", (_, response) => response.json(seen));
app.get("/issued", (_, response) => response.json(issued));
app.get("/redirect", (request, response) => {
  client.redirectUris.push(callback(request.query.port));
  response.json(true);
});
app.use((request, response, next) => {
  const scheme = request.headers.authorization?.split(" ")[0] ?? null;
  const entry = { method: request.method, url: request.url, authorization: scheme, status: null };
  seen.push(entry);
  response.on("finish", () => (entry.status = response.statusCode));
  if (request.body?.code_verifier) issued.push(request.body.code_verifier);
  next();
});

// The person signs in and allows scopes on one page; its fields go back to the same address.
const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`).replaceAll("&#38;", "&amp;").replaceAll("&#34;", "&quot;");
const hidden = (query) => Object.entries(query).map(([name, value]) => `<input name="${escaped(name)}" value="${escaped(value)}">`).join("");
app.get("/oauth/authorize", (request, response) => {
  if (!client.redirectUris.includes(request.query.redirect_uri)) return response.status(400).send("No such address.");
  const person = '<input name="username"><input name="password" type="password">';
  const buttons = '<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button>';
  response.send(`<form method="post" action="/oauth/authorize">${hidden(request.query)}${person}${buttons}</form>`);
});
app.post("/oauth/authorize", (request, response, next) => {
  const { decision, redirect_uri, state } = request.body;
  // The package answers a refusal with status 400 and a location, which no browser follows.
  if (decision === "allow" || !client.redirectUris.includes(redirect_uri)) return next();
  response.redirect(303, `${redirect_uri}?${new URLSearchParams({ error: "access_denied", state })}`);
});
const authenticateHandler = {
  handle: (request) => (request.body.username === "ada" && request.body.password === "demo" ? { id: "ada" } : null),
};
app.post("/oauth/authorize", oauth.authorize({ authenticateHandler, allowEmptyState: false }));
app.post("/oauth/token", oauth.token());
app.post("/oauth/revoke", (request, response) => {
  const [id, secret] = atob(request.headers.authorization?.split(" ")[1] ?? "").split(":");
  if (!known(id, secret ?? "")) return response.status(401).json({ error: "invalid_client" });
  const token = tokens.get(request.body.token);
  tokens.delete(token?.accessToken);
  tokens.delete(token?.refreshToken);
  response.status(200).end();
});
app.get("/api/me", oauth.authenticate(), (_, response) => {
  const { user, scope } = response.locals.oauth.token;
  response.json({ user_id: user.id, scope });
});

const server = createServer(app);
server.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
