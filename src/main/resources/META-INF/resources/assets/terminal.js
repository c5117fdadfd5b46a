// A terminal over a WebSocket: what is typed and shown goes in binary messages, sizes and words in text ones.
(function () {
  'use strict';
  var section = document.querySelector('[data-stream]');
  var glass = document.getElementById('glass');
  var state = document.getElementById('terminal-state');
  var again = document.getElementById('terminal-again');
  var reader = document.getElementById('terminal-reader');
  var bytesOf = new TextEncoder();

  var PIECE = 16 * 1024; // of what is pasted, in one message
  var TYPED = 64 * 1024; // sent and not taken, at most; the server cuts whoever sends more
  var TELL = 32 * 1024; // the server hears in such steps what was shown

  // The page allows no inline style. The library writes style elements, which become style sheets of the document's own,
  // and style attributes of spans, which are set through the CSSOM instead: neither needs an exception.
  HTMLSpanElement.prototype.setAttribute = function (name, value) {
    if (name === 'style') this.style.cssText = value;
    else Element.prototype.setAttribute.call(this, name, value);
  };
  function withoutInlineStyles(page) {
    function create(name, options) {
      var element = page.createElement(name === 'style' ? 'template' : name, options);
      if (name === 'style') {
        var sheet = new CSSStyleSheet();
        page.adoptedStyleSheets = page.adoptedStyleSheets.concat(sheet);
        Object.defineProperty(element, 'textContent', { set: function (text) { sheet.replaceSync(text); } });
      }
      return element;
    }
    return new Proxy(page, {
      get: function (target, name) {
        if (name === 'createElement') return create;
        var value = target[name];
        return typeof value === 'function' ? value.bind(target) : value;
      }
    });
  }

  // ---- Colours: the page's ground and text, and sixteen that can be read on it
  var LIGHT = ['#1b1c20', '#b0241c', '#1b6b3c', '#855000', '#1b5d8a', '#7a2f8f', '#0b6a6a', '#5a5c63',
    '#4b4d55', '#c4372d', '#22834a', '#9a5f00', '#2372a8', '#9440ab', '#0f7f7f', '#2b2e36'];
  var DARK = ['#3a3e49', '#ff948b', '#74d79a', '#f1bc70', '#8ecbf4', '#d6a5ff', '#7fd8d8', '#d3d5dc',
    '#7d8290', '#ffb0a9', '#95e6b3', '#f8d39c', '#b1dcfa', '#e4c4ff', '#a5e8e8', '#ffffff'];
  var NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
  function colours() {
    var style = getComputedStyle(glass);
    var dark = (style.backgroundColor.match(/\d+/g) || [255]).slice(0, 3).every(function (part) { return part < 128; });
    var theme = { background: style.backgroundColor, foreground: style.color, cursor: style.caretColor,
      cursorAccent: style.backgroundColor, selectionBackground: dark ? '#474193' : '#d5d2fb' };
    (dark ? DARK : LIGHT).forEach(function (colour, i) {
      var name = NAMES[i % 8];
      theme[i < 8 ? name : 'bright' + name[0].toUpperCase() + name.slice(1)] = colour;
    });
    return theme;
  }

  var terminal = new Terminal({
    documentOverride: withoutInlineStyles(document),
    fontFamily: getComputedStyle(glass).fontFamily,
    fontSize: 14,
    minimumContrastRatio: 4.5,
    scrollback: 5000,
    theme: colours()
  });
  var fit = new FitAddon.FitAddon();
  terminal.loadAddon(fit);
  terminal.open(glass);
  terminal.textarea.setAttribute('aria-label', 'Terminal');

  function recolour() { terminal.options.theme = colours(); }
  new MutationObserver(recolour).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);

  // ---- The socket
  var socket = null;
  var word = null; // the last one, why it ended
  var waiting = []; // typed and not sent
  var under = 0; // sent and not taken
  var shown = 0; // shown and not told

  function say(thing) {
    if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(thing));
  }
  function flush() {
    while (waiting.length && socket && socket.readyState === WebSocket.OPEN && under + waiting[0].length <= TYPED) {
      under += waiting[0].length;
      socket.send(waiting.shift());
    }
  }
  function type(bytes) {
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    for (var at = 0; at < bytes.length; at += PIECE) waiting.push(bytes.slice(at, at + PIECE));
    flush();
  }
  function show(bytes) {
    terminal.write(bytes, function () {
      shown += bytes.length;
      if (shown < TELL) return;
      say({ taken: shown });
      shown = 0;
    });
  }
  function hear(text) {
    var said = JSON.parse(text);
    if (said.taken) {
      under -= said.taken;
      flush();
    }
    if (said.notice) state.textContent = said.notice;
    if (said.ended) word = said.ended;
  }
  function over(opened) {
    socket = null;
    waiting = [];
    terminal.options.disableStdin = true;
    section.classList.add('over');
    state.textContent = word
      || (opened
        ? 'The connection was lost, and what ran here got a hang-up. In tmux it would have gone on.'
        : 'No terminal could be opened. Load the page again to see why.');
    again.textContent = word ? 'Open another' : 'Try again';
    again.hidden = false;
    if (section.contains(document.activeElement) || document.activeElement === document.body) again.focus();
  }
  function open() {
    var opened = false;
    word = null;
    under = shown = 0;
    again.hidden = true;
    section.classList.remove('over');
    state.textContent = 'Connecting…';
    terminal.reset();
    terminal.options.disableStdin = false;
    fit.fit();
    var url = new URL(section.dataset.stream, location.href);
    url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    url.search = '?columns=' + terminal.cols + '&rows=' + terminal.rows;
    var mine = socket = new WebSocket(url);
    mine.binaryType = 'arraybuffer';
    mine.onopen = function () {
      opened = true;
      state.textContent = 'Connected.';
      resized(terminal);
      terminal.focus();
    };
    mine.onmessage = function (message) {
      if (typeof message.data === 'string') hear(message.data);
      else show(new Uint8Array(message.data));
    };
    mine.onclose = function () { over(opened); };
  }
  function resized(size) {
    say({ size: { columns: size.cols, rows: size.rows } });
  }

  terminal.onData(function (text) { type(bytesOf.encode(text)); });
  terminal.onBinary(function (text) {
    type(Uint8Array.from(text, function (one) { return one.charCodeAt(0); }));
  });
  terminal.onResize(resized);
  new ResizeObserver(function () { fit.fit(); }).observe(glass);

  // Every other key is the terminal's, Tab too: this one leads out of it. When it is let go: a key that goes down here and
  // up elsewhere makes the library wait for its end, and miss what an input method or a phone types next.
  var leaving = false;
  terminal.attachCustomKeyEventHandler(function (event) {
    if (event.key !== 'F6' || !(event.shiftKey || leaving)) return true;
    leaving = event.type === 'keydown';
    if (event.type === 'keyup') (again.hidden ? reader : again).focus();
    return false;
  });
  again.addEventListener('click', open);
  reader.addEventListener('click', function () {
    var on = reader.getAttribute('aria-pressed') !== 'true';
    reader.setAttribute('aria-pressed', String(on));
    terminal.options.screenReaderMode = on;
    terminal.focus();
  });
  open();
})();
