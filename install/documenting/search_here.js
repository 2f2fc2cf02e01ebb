// Lets the search work where the site is opened as files, without a server: browsers start no worker from a file.
// The worker's program runs in a hidden frame of this page instead; nothing is asked of another machine.
if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.appendChild(frame);
      const inside = frame.contentWindow;
      const load = (source) => new Promise((resolve, reject) => {
        const script = frame.contentDocument.createElement("script");
        Object.assign(script, { src: source, onload: resolve, onerror: reject });
        frame.contentDocument.body.appendChild(script);
      });
      inside.postMessage = (data) => this.tell(new MessageEvent("message", { data }));
      inside.importScripts = (...sources) => sources.reduce((done, each) => done.then(() => load(each)), Promise.resolve());
      this.inside = inside;
      this.ready = load(new URL(address, location.href).href);
    }
    tell(event) {
      this.dispatchEvent(event);
      if (this.onmessage) this.onmessage(event);
    }
    postMessage(data) {
      const event = () => new this.inside.MessageEvent("message", { data });
      this.ready.then(() => {
        const handler = this.inside.onmessage;
        this.inside.dispatchEvent(event());
        return handler;
      });
    }
    terminate() {}
  };
}
