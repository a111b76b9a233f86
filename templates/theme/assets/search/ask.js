// Questions to the worker, and its answers.

const MAX_SILENCE = 60_000; // milliseconds without progress after which a search is given up: an index can make it endless

// Where a policy asks for Trusted Types, a browser starts a worker only from an address that such a policy gives out.
const policy = { createScriptURL: () => new URL("worker.js", import.meta.url).href };
let trusted, worker;

// Each question has its own channel for its progress and its answer.
export function ask(root, question, progress) {
  return new Promise((resolve) => {
    trusted ??= globalThis.trustedTypes?.createPolicy("fixcards", policy) ?? policy;
    worker ??= new Worker(trusted.createScriptURL(""), { type: "module" });
    const { port1, port2 } = new MessageChannel();
    const giveUp = () => { // earlier questions have no answer to wait for any more
      worker?.terminate();
      worker = undefined;
      resolve({ failed: "missing" });
    };
    let silence = setTimeout(giveUp, MAX_SILENCE);
    port1.onmessage = ({ data }) => {
      clearTimeout(silence);
      if (data.done !== undefined) {
        silence = setTimeout(giveUp, MAX_SILENCE);
        return progress(data.done);
      }
      port1.close();
      return resolve(data);
    };
    worker.onerror = giveUp;
    worker.postMessage({ base: new URL("search/", root).href, ...question }, [port2]);
  }).catch(() => ({ failed: "missing" })); // a server may send a policy that allows no worker
}
