// PouchDB on LevelDB: `node peer.js server FOLDER` serves databases over HTTP on loopback; `node peer.js client FOLDER`
// obeys one JSON command a line from standard input. Each answer is one JSON line; a failure ends the process.
"use strict";

const fs = require("fs");
const path = require("path");
const readline = require("readline");
const express = require("express");
const PouchDB = require("pouchdb");

const [, , part, folder] = process.argv;
const Local = PouchDB.defaults({ prefix: folder + path.sep, adapter: "leveldb" });
const open = {};

function answer(facts) {
  process.stdout.write(JSON.stringify(facts) + "\n");
}

function serve() {
  const app = express();
  // the routes that replication needs, and no more: users, sessions and logs would only cost it time
  const routes = require("express-pouchdb")(Local, { mode: "minimumForPouchDB", inMemoryConfig: true });
  app.use("/", routes);
  const server = app.listen(0, "127.0.0.1", () => answer({ port: server.address().port }));
}

async function timed(work) {
  const start = process.hrtime.bigint();
  const outcome = await work();
  return [Number(process.hrtime.bigint() - start) / 1e9, outcome];
}

const commands = {
  async open({ name, address }) {
    open[name] = { here: new Local(name), there: new PouchDB(address) };
    await open[name].here.info();
    await open[name].there.info();
    return {};
  },
  async add({ name, file }) {
    const texts = JSON.parse(fs.readFileSync(file, "utf8"));
    const outcomes = await open[name].here.bulkDocs(texts.map((text) => ({ text })));
    return { failed: outcomes.filter((one) => one.error).length };
  },
  async push({ name, options }) {
    const { here, there } = open[name];
    const [seconds, outcome] = await timed(() => here.replicate.to(there, options));
    return { seconds, ok: outcome.ok, documents: outcome.docs_written };
  },
  async pull({ name, options }) {
    const { here, there } = open[name];
    const [seconds, outcome] = await timed(() => here.replicate.from(there, options));
    return { seconds, ok: outcome.ok, documents: outcome.docs_written };
  },
  async both({ name, options }) {
    const { here, there } = open[name];
    const [seconds, outcome] = await timed(() => here.sync(there, options));
    return {
      seconds,
      ok: outcome.push.ok && outcome.pull.ok,
      documents: outcome.push.docs_written + outcome.pull.docs_written,
    };
  },
};

async function obey() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    answer(await commands[command.do](command));
  }
}

if (part === "server") {
  serve();
} else {
  obey().catch((error) => {
    console.error(error);
    process.exit(1);
  });
}
