// Nothing of a test may leave a secret behind. The search itself is the Rust tests' own, `find-leaks`; here is what it is told.

import { spawn } from "node:child_process";
import { once } from "node:events";

/** A search that runs beside the test: it looks at processes at once, and at everything else at its end. */
export class Search {
  #finder;
  #answer = "";

  constructor(program) {
    this.#finder = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"] });
    this.#finder.stdin.on("error", () => {});
    this.#finder.stdout.setEncoding("utf8").on("data", (text) => (this.#answer += text));
    this.ended = once(this.#finder, "close");
    this.ended.catch(() => {});
  }

  #tell(what, line) {
    this.#finder.stdin.write(`${JSON.stringify({ what, ...line })}\n`);
  }

  secret(name, text) {
    this.#tell("secret", { name, text });
  }

  said(place, text) {
    this.#tell("said", { place, text });
  }

  /** What a process shows, and what it starts; `args` and `env` are what it was started with. */
  follow(process, args, env) {
    this.#tell("follow", { process, arguments: args, environment: env });
  }

  /** A file that may hold just this, because the test wrote it to hand it over. */
  handedOver(path, text) {
    this.#tell("handed_over", { path, text });
  }

  /** Everything the emulator gave out or was shown so far. */
  async givenOut(control) {
    const answer = await fetch(`${control}/secrets`);
    const { issued, apps, endpoints } = await answer.json();
    for (const token of issued) this.secret("a token or code", token);
    for (const secret of apps) this.secret("an app's secret", secret);
    for (const secret of endpoints) this.secret("an endpoint's secret", secret);
    return issued.length;
  }

  /** What the database of a data folder seals, and its keys. */
  home(path) {
    this.#tell("home", { path });
  }

  /**
   * Searches these folders and all the rest, and ends: how many secrets, in how many places, and where one was found, or what
   * could not be looked at.
   */
  async end(folders) {
    for (const path of folders) this.#tell("folder", { path });
    this.#finder.stdin.end();
    const [code] = await this.ended;
    if (code !== 0 && code !== 1) throw new Error(`the search ended with ${code}`);
    return JSON.parse(this.#answer);
  }

  kill() {
    this.#finder.kill("SIGKILL");
  }
}
