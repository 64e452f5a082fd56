// The sign-in, tested in a real browser: the command, the emulator's pages and the call-back page together.
//
//   make build && cd tests/browser && npm install && npm test
//
// Needs Node 20 or newer and Chromium. Environment, all optional:
//   CHROMIUM     the browser                (default: /usr/bin/chromium)
//   SWITCHBOARD  the command                (default: ../../target/debug/switchboard)
//   EMULATOR     the emulator's own binary  (default: ../../target/debug/switchboard-emulator; `switchboard try` when
//                                            there is none, or when this is set and empty)
//   FIND_LEAKS   the search for secrets     (default: ../../target/debug/find-leaks)
// Prints one line a check, then the count. Exits 1 when a check failed. Nothing outside of this machine is asked.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import axe from "axe-core";
import { chromium } from "playwright-core";
import { Search } from "./leaks.mjs";

const target = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../target/debug");
const SWITCHBOARD = resolve(process.env.SWITCHBOARD || join(target, "switchboard"));
const EMULATOR = process.env.EMULATOR ?? join(target, "switchboard-emulator");
const FIND_LEAKS = resolve(process.env.FIND_LEAKS || join(target, "find-leaks"));
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const APP = { id: "switchboard-demo", secret: "demo-secret-not-a-secret" };
const ADA = { email: "ada@emulator.test", password: "demo" };
const GRACE = { email: "grace@emulator.test", password: ADA.password };
const ALAN = { email: "alan@emulator.test", password: ADA.password };
/** Long enough to be looked for wherever it may have gone. */
const WRONG_PASSWORD = "a wrong password, typed in a browser";
const PATIENCE = 20_000;

const folder = await mkdtemp(join(tmpdir(), "switchboard-browser-"));
const temporary = join(folder, "tmp");
await mkdir(temporary);
const search = new Search(FIND_LEAKS);
search.secret("a password", WRONG_PASSWORD);
// The browser, and whatever else is started from here.
search.follow(process.pid, process.argv, process.env);

const children = new Set();
const counts = { passed: 0, failed: 0 };
let interrupted = false;

function check(name, good, detail = "") {
  if (interrupted) return;
  counts[good ? "passed" : "failed"] += 1;
  const more = good || detail === "" ? "" : `: ${typeof detail === "string" ? detail.trim() : JSON.stringify(detail)}`;
  console.log(`${good ? "ok  " : "FAIL"}  ${name}${more}`);
}

/** A part of the test on its own: what it throws is one failure, and the next part still runs. */
async function part(name, body) {
  if (interrupted) return;
  try {
    await body();
  } catch (error) {
    check(name, false, String(error?.message ?? error));
  }
}

function within(promise, what, ms = PATIENCE) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a program and keeps what it prints. All it may write to is the folder of this test. */
function start(program, args, env = {}) {
  if (interrupted) throw new Error("interrupted");
  const ours = { HOME: folder, TMPDIR: temporary };
  const environment = { ...process.env, ...ours, ...env };
  const child = spawn(program, args, { env: environment, stdio: ["pipe", "pipe", "pipe"] });
  const run = { child, out: "", err: "" };
  children.add(child);
  if (child.pid) search.follow(child.pid, args, environment);
  child.stdin.on("error", () => {});
  child.stdout.setEncoding("utf8").on("data", (text) => (run.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (run.err += text));
  run.exit = new Promise((done) => {
    child.on("error", (error) => {
      run.err += `${error.message}\n`;
      children.delete(child);
      done(-1);
    });
    child.on("close", (code) => {
      children.delete(child);
      // The emulator's own binary tells its app's secret: that is what it is for.
      if (program !== EMULATOR) {
        search.said("standard output", run.out);
        search.said("standard error", run.err);
      }
      done(code);
    });
  });
  /** The first match of `pattern` in the standard output or error. */
  run.says = (pattern) =>
    within(
      new Promise((found, reject) => {
        const look = () => {
          const match = pattern.exec(run.out) ?? pattern.exec(run.err);
          if (match) found(match);
        };
        child.stdout.on("data", look);
        child.stderr.on("data", look);
        run.exit.then((code) => reject(new Error(`it ended with ${code} before it said ${pattern}: ${run.err}`)));
        look();
      }),
      `waiting for ${pattern}`,
    );
  return run;
}

async function startEmulator(home) {
  if (EMULATOR && existsSync(EMULATOR)) {
    const run = start(EMULATOR, ["--port", "0", "--download-port", "0", "--json"]);
    const [line] = await run.says(/^\{.*\}$/m);
    const { api_base: api, oauth_base: oauth, control_base: control } = JSON.parse(line);
    // It keeps nothing.
    return { api, oauth, control, homes: [] };
  }
  const [port, downloads] = [await freePort(), await freePort()];
  const args = ["try", "--port", String(port), "--download-port", String(downloads)];
  const run = start(SWITCHBOARD, args, { SWITCHBOARD_HOME: home });
  const origin = `http://127.0.0.1:${port}`;
  const answers = async () => {
    for (;;) {
      if (await fetch(`${origin}/oauth/authorize`).then(() => true, () => false)) return true;
      await new Promise((next) => setTimeout(next, 100));
    }
  };
  const ended = run.exit.then((code) => Promise.reject(new Error(`the emulator ended with ${code}: ${run.err}`)));
  ended.catch(() => {});
  await within(Promise.race([answers(), ended]), "starting the emulator", 60_000);
  return { api: `${origin}/v2`, oauth: `${origin}/oauth`, control: `${origin}/_emulator`, homes: [home] };
}

/** The command, started and waiting for the browser. */
async function connect(world, label, flags = [], says = /open and approve:\s+(\S+)\s/) {
  const port = await freePort();
  const args = ["connect", label, "--no-open", "--client-id", APP.id, "--client-secret-file", world.secretFile];
  args.push("--api-base", world.api, "--oauth-base", world.oauth, "--redirect-port", String(port), ...flags);
  const run = start(SWITCHBOARD, args, { SWITCHBOARD_HOME: world.home });
  const [, address] = await run.says(says);
  return { ...run, run, address, callback: `http://127.0.0.1:${port}/oauth/callback` };
}

const finished = ({ run }) => within(run.exit, "ending the command");

/** The one line of JSON the command puts on standard error when it fails under --json. */
function errorOf({ run }) {
  const line = run.err.split("\n").findLast((text) => text.startsWith("{"));
  return line ? JSON.parse(line).error : { code: `none: ${run.err}` };
}

/** A new person at the browser: no cookies of an earlier part. */
async function visitor(world) {
  const context = await world.browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(`${message.text()} (${message.location().url})`);
  });
  return { context, page, troubles };
}

/** Evaluated, not added as an element: the call-back page forbids scripts, and that stays in force. */
async function accessible(page, name) {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document));
  const where = (nodes) => nodes.map((node) => node.target).join(", ");
  const found = violations.map(({ id, help, nodes }) => `${id} (${help}) at ${where(nodes)}`);
  const rules = passes.length + violations.length;
  check(`${name}: no axe violations in ${rules} rules`, found.length === 0 && rules > 0, found.join("; "));
}

async function signIn(page, { email, password } = ADA) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function approves(world) {
  const command = await connect(world, "work");
  const asked = new URL(command.address).searchParams;
  const pkce = asked.get("code_challenge_method") === "S256" && asked.get("code_challenge")?.length === 43;
  const coded = asked.get("response_type") === "code" && asked.get("state")?.length >= 32;
  check("the address asks for a code with PKCE and state", coded && pkce, command.address);
  const back = asked.get("redirect_uri");
  check("the address names the call-back address of the port asked for", back === command.callback, back);

  const { context, page, troubles } = await visitor(world);
  await page.goto(command.address);
  check("the browser is asked to sign in", await page.getByRole("heading", { name: "Sign in" }).isVisible());
  await accessible(page, "sign-in page");

  await signIn(page, { ...ADA, password: WRONG_PASSWORD });
  const alert = await page.getByRole("alert").textContent();
  check("a wrong password is refused", alert === "Incorrect email or password", alert);
  await accessible(page, "sign-in page after a wrong password");

  await page.getByLabel("Email").focus();
  await page.keyboard.type(ADA.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(ADA.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "wants to use your Zoom account" }).waitFor();
  check("the keyboard alone signs in", true);
  check("the consent page says who is signed in", await page.getByText(`Signed in as ${ADA.email}`).isVisible());
  check("the consent page lists scopes, all chosen", (await page.getByRole("checkbox", { checked: true }).count()) > 0);
  await accessible(page, "consent page");
  check("the command still waits", command.child.exitCode === null, command.run.err);

  await page.getByRole("button", { name: "Allow" }).click();
  await page.getByText("You can close this window").waitFor();
  check("the call-back page says the window can be closed", page.url().startsWith(`${command.callback}?`), page.url());
  await accessible(page, "call-back page");
  const code = new URL(page.url()).searchParams.get("code");

  const exit = await finished(command);
  check("the command ends with 0", exit === 0, `${exit}: ${command.run.err}`);
  check("it says who is connected", command.run.out.startsWith(`work is connected as ${ADA.email}`), command.run.out);
  const all = command.run.out + command.run.err;
  check("it prints neither the code nor the client secret", !all.includes(code) && !all.includes(APP.secret), all);
  check("the browser met no errors", troubles.length === 0, troubles);
  const closed = await fetch(command.callback).then(() => false, () => true);
  check("the port is closed afterwards", closed);
  await context.close();

  const test = start(SWITCHBOARD, ["connection", "test", "work", "--json"], { SWITCHBOARD_HOME: world.home });
  const tested = await within(test.exit, "testing the connection");
  check("the connection works in a command of its own", tested === 0, `${tested}: ${test.err}`);
}

async function denies(world) {
  const command = await connect(world, "declined", ["--json"]);
  const { context, page } = await visitor(world);
  await page.goto(command.address);
  await signIn(page);
  await page.getByRole("button", { name: "Decline" }).click();
  await page.getByRole("heading", { name: "Nothing was connected" }).waitFor();
  const url = page.url();
  check("after declining the browser ends on the call-back page", url.includes("error=access_denied"), url);
  await accessible(page, "call-back page after declining");
  await refused(world, command, "declining", "declined", "denied", 4);
  await context.close();
}

async function refused(world, command, what, label, code, status) {
  const exit = await finished(command);
  const error = errorOf(command);
  const right = status === undefined ? exit > 0 : exit === status;
  check(`${what} ends the command with ${status ?? "a failure"}`, right, `${exit}: ${command.run.err}`);
  check(`${what} gives the code ${code}, with a way to mend it`, error.code === code && Boolean(error.fix), error);
  check(`${what} puts nothing on standard output`, command.run.out === "", command.run.out);
  const list = start(SWITCHBOARD, ["connection", "list", "--json"], { SWITCHBOARD_HOME: world.home });
  const listed = await within(list.exit, "listing connections");
  check(`${what} keeps no connection`, listed === 0 && !list.out.includes(`"${label}"`), list.out + list.err);
}

/** Approves in the browser, and gives the address that it would end on. Nothing listens there. */
async function approvedAddress(world, command, who = ADA) {
  const { context, page } = await visitor(world);
  await page.goto(command.address);
  await signIn(page, who);
  const landing = page.waitForRequest((request) => request.url().startsWith(command.callback));
  await page.getByRole("button", { name: "Allow" }).click({ noWaitAfter: true });
  const address = (await landing).url();
  await context.close();
  return new URL(address);
}

async function pastes(world) {
  const command = await connect(world, "pasted", ["--paste", "--json"]);
  const address = await approvedAddress(world, command, GRACE);
  command.child.stdin.end(`${address}\n`);
  const exit = await finished(command);
  check("the right address pasted connects", exit === 0, `${exit}: ${command.run.err}`);
  const said = exit === 0 ? JSON.parse(command.run.out) : {};
  check("its JSON says who it is", said.ok === true && said.identity?.email === GRACE.email, command.run.out);
}

/** Somebody elsewhere, who has nothing but the link. */
async function opensALink(world) {
  const command = await connect(world, "library", ["--link"], /send this to whoever connects:\s+(\S+)\s/);
  const { context, page, troubles } = await visitor(world);
  await page.goto(command.address);
  check("the link says what is connected", await page.getByRole("heading", { name: "Connect library" }).isVisible());
  await accessible(page, "page of a link");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await signIn(page, ALAN);
  await page.getByRole("button", { name: "Decline" }).click();
  await page.getByRole("heading", { name: "Nothing was connected" }).waitFor();
  await accessible(page, "page after declining by a link");
  check("a link is not used up by declining", command.run.child.exitCode === null, command.run.err);

  const stranger = await visitor(world);
  const answer = await stranger.page.goto(`${command.callback}?code=x&state=y`);
  check("a browser that has not opened the link ends nothing", answer.status() === 400, answer.status());
  await stranger.context.close();

  await page.goto(command.address);
  await page.getByRole("link", { name: "Go on to sign in" }).click();
  await page.getByRole("button", { name: "Allow" }).click();
  await page.getByRole("heading", { name: "Connected" }).waitFor();
  check("the last page says as whom", await page.getByText(`connected as ${ALAN.email}`).isVisible());
  await accessible(page, "page after connecting by a link");
  const exit = await finished(command);
  check("a link connects", exit === 0 && command.run.out.includes(ALAN.email), command.run.out + command.run.err);
  const expected = troubles.filter((text) => !text.includes("status of 400"));
  check("the browser met no errors at the link", expected.length === 0, expected);
  await context.close();
  const end = start(SWITCHBOARD, ["connection", "disconnect", "library", "--yes"], { SWITCHBOARD_HOME: world.home });
  check("and is disconnected again", (await within(end.exit, "disconnecting")) === 0, end.err);
}

async function pastesWrongState(world) {
  const command = await connect(world, "forged", ["--paste", "--json"]);
  const address = await approvedAddress(world, command);
  address.searchParams.set("state", "A".repeat(43));
  command.child.stdin.end(`${address}\n`);
  await refused(world, command, "a wrong state pasted", "forged", "state-mismatch");
}

async function visitsWrongState(world) {
  const command = await connect(world, "lured", ["--json"]);
  const { context, page } = await visitor(world);
  const answer = await page.goto(`${command.callback}?code=another&state=${"A".repeat(43)}`);
  const said = await page.getByText("belongs to no sign-in that waits here").isVisible();
  check("a wrong state in the browser is refused", answer.status() === 400 && said, answer.status());
  await accessible(page, "page after a wrong state");
  check("and the command still waits", command.run.child.exitCode === null, command.run.err);
  await page.goto(command.address);
  await signIn(page, ALAN);
  await page.getByRole("button", { name: "Decline" }).click();
  await page.getByRole("heading", { name: "Nothing was connected" }).waitFor();
  await refused(world, command, "declining after a wrong state", "lured", "denied", 4);
  await context.close();
}

/** The pages of mistakes; none of them ends the sign-in. */
async function mistakes(world) {
  const command = await connect(world, "patient");
  const { context, page } = await visitor(world);
  const elsewhere = command.address.replace("127.0.0.1%3A", "example.com%3A");
  const pages = [
    ["emulator's page for an unknown app", command.address.replace(APP.id, "nobody"), 400, "Invalid client_id"],
    ["emulator's page for another redirect", elsewhere, 400, "Invalid redirect"],
    ["call-back port, another path", new URL("/other", command.callback).href, 404, "Nothing here"],
    ["call-back address without an answer", command.callback, 400, "Not an answer"],
    ["call-back port by another name", command.callback.replace("127.0.0.1", "localhost"), 421, "Wrong address"],
  ];
  for (const [name, address, status, title] of pages) {
    const answer = await page.goto(address);
    const heading = await page.getByRole("heading").first().textContent();
    check(`${name}: ${status}`, answer.status() === status && heading.includes(title), `${answer.status()} ${heading}`);
    await accessible(page, name);
  }
  const posted = await context.request.post(command.callback);
  check("call-back address posted to: 405", posted.status() === 405, String(posted.status()));
  check("the command still waits after all of them", command.child.exitCode === null, command.run.err);

  await page.goto(command.address);
  await signIn(page, ALAN);
  await page.getByRole("button", { name: "Allow" }).click();
  await page.getByText("You can close this window").waitFor();
  const exit = await finished(command);
  check("and still takes the right answer", exit === 0, `${exit}: ${command.run.err}`);
  await context.close();
}

async function approval(world, change) {
  const answer = await fetch(`${world.control}/approval`, { method: "POST", body: JSON.stringify(change) });
  check("the emulator takes the change", answer.status === 200, await answer.text());
}

async function wrongAccount(world) {
  const command = await connect(world, "mine", ["--expect-email", "barbara@emulator.test", "--json"]);
  const { context, page } = await visitor(world);
  await page.goto(command.address);
  await signIn(page, GRACE);
  await page.getByRole("link", { name: "Use another account" }).click();
  check("another account can be chosen", await page.getByRole("heading", { name: "Sign in" }).isVisible());
  await signIn(page, GRACE);
  await page.getByRole("button", { name: "Allow" }).click();
  await page.getByText("You can close this window").waitFor();
  await refused(world, command, "a wrong account", "mine", "wrong-account", 4);
  await context.close();
}

async function needsApproval(world) {
  await approval(world, { required: true });
  const command = await connect(world, "approved", ["--json"]);
  const { context, page } = await visitor(world);
  await page.goto(command.address);
  await signIn(page, ALAN);
  await page.getByRole("heading", { name: "You cannot authorize" }).waitFor();
  await accessible(page, "page of an app that needs pre-approval");
  await page.getByRole("button", { name: "Request approval" }).click();
  await page.getByRole("heading", { name: "Your request is with your administrator" }).waitFor();
  await accessible(page, "page of a request for approval");
  check("the command waits, because no answer came", command.child.exitCode === null, command.run.err);
  command.child.stdin.write("You cannot authorize Switchboard\n");
  await refused(world, command, "needing pre-approval", "approved", "needs-approval", 4);
  await approval(world, { pre_approve: { client_id: APP.id } });
  const again = await connect(world, "approved", ["--replace", "--json"]);
  await page.goto(again.address);
  await page.getByRole("button", { name: "Allow" }).click();
  await page.getByText("You can close this window").waitFor();
  const exit = await finished(again);
  check("once pre-approved the same user connects", exit === 0, `${exit}: ${again.run.err}`);
  await approval(world, { required: false });
  await context.close();
}

async function uninstalls(world) {
  const { context, page } = await visitor(world);
  const test = async () => {
    const run = start(SWITCHBOARD, ["connection", "test", "approved", "--json"], { SWITCHBOARD_HOME: world.home });
    return { exit: await within(run.exit, "testing the connection"), run };
  };
  await page.goto(`${world.oauth}/apps`);
  await signIn(page, ALAN);
  await accessible(page, "page of the added apps");
  await page.getByRole("link", { name: /^Uninstall/ }).first().click();
  await page.getByRole("heading", { name: /^Uninstall .*\?$/ }).waitFor();
  await accessible(page, "question before an app is uninstalled");
  check("consent to keep the data is not assumed", !(await page.getByRole("checkbox").isChecked()));
  await page.getByRole("link", { name: "Cancel" }).click();
  const kept = await test();
  check("after Cancel the connection works", kept.exit === 0, kept.run.err);
  await page.getByRole("link", { name: /^Uninstall/ }).first().click();
  await page.getByRole("button", { name: "Uninstall" }).click();
  check("the page says that the app is gone", await page.getByRole("status").isVisible());
  const gone = await test();
  const { code } = errorOf(gone);
  check("after Uninstall it has to be connected again", gone.exit > 0 && code.endsWith("needs-reconnect"), gone.run.err);
  await context.close();
}

/** What all of it left behind: once as it is, and once with a token put where it must be found. */
async function leavesNothing(world) {
  const issued = await search.givenOut(world.control);
  for (const home of [world.home, ...world.homes]) search.home(home);
  await endChildren();
  const left = await search.end([folder]);
  const enough = issued > 10 && left.secrets > issued + 4 && left.places > 40;
  check(`no secret of ${left.secrets} is left in ${left.places} places`, enough && left.found.length === 0, left);
}

async function aPlantedSecretIsFound(world) {
  const planted = new Search(FIND_LEAKS);
  await planted.givenOut(world.control);
  planted.home(world.home);
  planted.handedOver(world.secretFile, `${APP.secret}\n`);
  const token = (await (await fetch(`${world.control}/secrets`)).json()).issued.at(-1);
  const file = join(temporary, "planted");
  await writeFile(file, Buffer.from(`left: ${token}`).toString("base64"));
  const { found } = await planted.end([folder]);
  await rm(file);
  check("the search finds a token that is put there", found.join() === "tmp/planted shows a token or code", found);
}

async function endChildren() {
  const all = [...children];
  for (const child of all) child.kill("SIGTERM");
  const gone = Promise.all(all.map((child) => child.exitCode ?? child.signalCode ?? once(child, "close")));
  await within(gone, "ending what was started", 5_000).catch(() => all.forEach((child) => child.kill("SIGKILL")));
}

let browser;

async function cleanUp() {
  await browser?.close().catch(() => {});
  await endChildren();
  search.kill();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, async () => {
    interrupted = true;
    await cleanUp().finally(() => process.exit(130));
  });
}
process.on("exit", () => {
  children.forEach((child) => child.kill("SIGKILL"));
  search.kill();
});

try {
  // The person's own: the one file that may hold a secret.
  const secretFile = join(folder, "app-secret");
  await writeFile(secretFile, `${APP.secret}\n`, { mode: 0o600 });
  search.handedOver(secretFile, `${APP.secret}\n`);
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const emulatorHome = join(folder, "emulator");
  const emulator = await startEmulator(emulatorHome);
  const world = { ...emulator, browser, secretFile, home: join(folder, "home") };
  await part("approving", () => approves(world));
  await part("declining", () => denies(world));
  await part("pasting", () => pastes(world));
  await part("opening a link", () => opensALink(world));
  await part("pasting a wrong state", () => pastesWrongState(world));
  await part("visiting with a wrong state", () => visitsWrongState(world));
  await part("mistakes", () => mistakes(world));
  await part("wrong account", () => wrongAccount(world));
  await part("needing pre-approval", () => needsApproval(world));
  await part("uninstalling", () => uninstalls(world));
  await part("planting a secret", () => aPlantedSecretIsFound(world));
  await part("looking for secrets", () => leavesNothing(world));
} catch (error) {
  check("the test could start", false, String(error?.message ?? error));
} finally {
  // When interrupted, the signal's own cleaning up ends the process.
  if (interrupted) await new Promise(() => {});
  await cleanUp();
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
