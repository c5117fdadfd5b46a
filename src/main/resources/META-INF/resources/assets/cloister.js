// What the pages need beside htmx: theme, copying, relative times, quiet polling, the drawer, key files.
(function () {
  'use strict';

  // ---- Theme: light, dark, or what the system says
  function theme() {
    return document.documentElement.dataset.theme || 'system';
  }
  function showTheme() {
    document.querySelectorAll('[data-set-theme]').forEach(function (button) {
      button.setAttribute('aria-pressed', String(button.dataset.setTheme === theme()));
    });
  }
  function setTheme(name) {
    if (name === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    try {
      if (name === 'system') localStorage.removeItem('cloister-theme');
      else localStorage.setItem('cloister-theme', name);
    } catch (e) {
      // Kept for this page alone where storage is forbidden.
    }
    showTheme();
  }

  // ---- Times: relative in the text, exact (and in the reader's zone) on hover
  var steps = [
    [60, 'second', 1],
    [3600, 'minute', 60],
    [86400, 'hour', 3600],
    [86400 * 30, 'day', 86400],
    [86400 * 365, 'month', 86400 * 30],
    [Infinity, 'year', 86400 * 365]
  ];
  var relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  var exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });
  function ago(date) {
    var seconds = (date.getTime() - Date.now()) / 1000;
    if (Math.abs(seconds) < 10) return 'just now';
    for (var i = 0; i < steps.length; i++)
      if (Math.abs(seconds) < steps[i][0]) return relative.format(Math.trunc(seconds / steps[i][2]), steps[i][1]);
  }
  function span(date) {
    var s = Math.max(0, Math.floor((Date.now() - date.getTime()) / 1000));
    if (s < 60) return s + ' s';
    if (s < 3600) return Math.floor(s / 60) + ' min';
    if (s < 86400) return Math.floor(s / 3600) + ' h ' + Math.floor((s % 3600) / 60) + ' min';
    return Math.floor(s / 86400) + ' d ' + Math.floor((s % 86400) / 3600) + ' h';
  }
  function showTimes(root) {
    root.querySelectorAll('time[datetime]').forEach(function (time) {
      var date = new Date(time.dateTime);
      if (isNaN(date)) return;
      var text = time.dataset.as === 'span' ? span(date) : time.dataset.as === 'exact' ? exact.format(date) : ago(date);
      if (time.textContent !== text) time.textContent = text;
      time.title = exact.format(date);
    });
  }

  // ---- Copy: a button names what it copies by data-copy="#id"
  function copied(button) {
    var word = button.querySelector('.word');
    if (word) word.textContent = 'Copied';
    button.classList.add('done');
    say('Copied to the clipboard.');
    setTimeout(function () {
      if (word) word.textContent = 'Copy';
      button.classList.remove('done');
    }, 1600);
  }
  function copy(button) {
    var source = document.querySelector(button.dataset.copy);
    if (!source) return;
    var text = source.textContent.trim();
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(
        function () { copied(button); },
        function () { select(source); }
      );
    } else {
      // Plain http from another machine has no clipboard interface: select it, and use what browsers still have.
      select(source);
      if (document.execCommand('copy')) copied(button);
    }
  }
  function select(node) {
    var range = document.createRange();
    range.selectNodeContents(node);
    var selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }
  function say(text) {
    var live = document.getElementById('say');
    if (live) live.textContent = text;
  }

  // ---- Polling: not while nobody looks, not under a selection, and nothing is replaced by the same
  var last = {};
  var unfolded = [];
  function polls(element) {
    return /^every /.test(element.getAttribute('hx-trigger') || '');
  }
  document.addEventListener('htmx:beforeRequest', function (event) {
    var element = event.detail.elt;
    if (!polls(element)) return;
    var selection = getSelection();
    var selecting = selection && !selection.isCollapsed && element.contains(selection.anchorNode);
    var busy = element.querySelector('details[data-hold][open]');
    if (document.hidden || selecting || busy) event.preventDefault();
  });
  document.addEventListener('htmx:beforeSwap', function (event) {
    var element = event.detail.elt;
    if (!element.id || !polls(element)) return;
    if (new URL(event.detail.xhr.responseURL).pathname === '/sign-in') {
      location.reload(); // the session is over, and the answer is the page that says so
      event.detail.shouldSwap = false;
      return;
    }
    if (last[element.id] === event.detail.serverResponse) event.detail.shouldSwap = false;
    else {
      last[element.id] = event.detail.serverResponse;
      unfolded = Array.prototype.slice.call(element.querySelectorAll('details[data-stays][open]'));
    }
    showLost(false);
  });
  document.addEventListener('htmx:afterSwap', function () {
    unfolded.splice(0).forEach(function (old) {
      var fresh = document.getElementById(old.id);
      if (fresh) fresh.open = true;
    });
  });
  function showLost(lost) {
    var line = document.getElementById('lost');
    if (line) line.hidden = !lost;
  }
  document.addEventListener('htmx:sendError', function () { showLost(true); });
  document.addEventListener('htmx:afterSettle', function (event) { showTimes(event.detail.elt.parentNode || document); });

  // ---- A page that is told what changes: data-stream names the stream; each message is pieces of HTML, each with the id of what
  // it replaces. Nobody is told anything while nobody looks.
  function follow(root) {
    var source, heard;
    function open() {
      heard = Date.now();
      source = new EventSource(root.dataset.stream);
      source.onmessage = function (event) {
        heard = Date.now();
        showLost(false);
        if (event.data) put(event.data);
      };
      source.onerror = function () {
        if (source.readyState === EventSource.CLOSED) setTimeout(again, 3000);
      };
    }
    // Refused, not merely lost: the session may be over, and then the page says so.
    function again() {
      if (document.hidden || source) source = source && source.close();
      if (document.hidden) return;
      fetch(location.href).then(function (answer) {
        if (new URL(answer.url).pathname === '/sign-in') location.reload();
        else if (answer.ok) open();
        else setTimeout(again, 3000);
      }, function () { setTimeout(again, 3000); });
    }
    document.addEventListener('visibilitychange', function () {
      if (source) source = source.close();
      if (!document.hidden) open();
    });
    setInterval(function () {
      if (!document.hidden && Date.now() - heard > 9000) showLost(true);
    }, 3000);
    if (!document.hidden) open();
  }
  function put(html) {
    var pieces = document.createElement('template');
    pieces.innerHTML = html;
    Array.prototype.slice.call(pieces.content.children).forEach(replace);
  }
  function replace(fresh) {
    var old = fresh.id && document.getElementById(fresh.id);
    if (!old) return;
    if (fresh.dataset.set && fresh.dataset.set === old.dataset.set) fresh.querySelectorAll('[data-cells]').forEach(replace);
    else if (fresh.dataset.cells !== undefined && fresh.children.length === old.children.length) replaceCells(old, fresh);
    else replaceWhole(old, fresh);
  }
  // Under a selection nothing moves, and what was ticked stays so.
  function replaceCells(row, fresh) {
    var selection = getSelection();
    Array.prototype.slice.call(fresh.children).forEach(function (cell, i) {
      var old = row.children[i];
      var selecting = !selection.isCollapsed && old.contains(selection.anchorNode);
      if (cell.classList.contains('pick') || selecting || old.contains(document.activeElement)) return;
      if (old.innerHTML !== cell.innerHTML) old.replaceWith(cell);
    });
  }
  function replaceWhole(old, fresh) {
    var focus = old.contains(document.activeElement) && document.activeElement.id;
    old.querySelectorAll('input[type=checkbox]:checked').forEach(function (ticked) {
      fresh.querySelectorAll('input[type=checkbox]').forEach(function (box) {
        if (box.name === ticked.name && box.value === ticked.value) box.checked = true;
      });
    });
    showTimes(fresh);
    old.replaceWith(fresh);
    if (focus && document.getElementById(focus)) document.getElementById(focus).focus();
  }

  // ---- The drawer: a link with data-drawer opens its page's main part in a dialog; without this script, as a page
  document.addEventListener('htmx:afterSwap', function (event) {
    var drawer = event.detail.target.closest && event.detail.target.closest('dialog.drawer');
    if (drawer && !drawer.open) {
      drawer.showModal();
      drawer.scrollTop = 0;
    }
  });

  // ---- Key files: put into the text, so that one sees what is sent; without this script they travel as files
  function readKeys(input) {
    var area = document.querySelector(input.dataset.into);
    var files = Array.prototype.slice.call(input.files);
    var small = files.filter(function (file) { return file.size <= 65536; });
    Promise.all(small.map(function (file) { return file.text(); })).then(function (texts) {
      var lines = [area.value].concat(texts).map(function (text) { return text.trim(); }).filter(Boolean);
      area.value = lines.join('\n') + '\n';
      if (small.length === files.length) input.value = '';
      area.dispatchEvent(new Event('input', { bubbles: true }));
      say(small.length + ' key files were read.');
    });
  }

  document.addEventListener('click', function (event) {
    var button = event.target.closest('[data-set-theme], [data-copy], [data-close]');
    if (!button) {
      if (event.target.matches('dialog.drawer')) event.target.close(); // a click on the backdrop
      return;
    }
    if (button.dataset.setTheme) setTheme(button.dataset.setTheme);
    else if (button.dataset.copy) copy(button);
    else {
      event.preventDefault();
      button.closest('dialog').close();
    }
  });
  document.addEventListener('change', function (event) {
    if (event.target.matches('input[type=file][data-into]')) readKeys(event.target);
    if (event.target.matches('[data-tick-all]'))
      document.querySelectorAll('input[name="' + event.target.dataset.tickAll + '"]').forEach(function (box) {
        box.checked = event.target.checked;
      });
  });
  document.addEventListener('keydown', function (event) {
    var field = document.querySelector('[data-slash]');
    if (event.key !== '/' || !field || event.target.matches('input, select, textarea')) return;
    event.preventDefault();
    field.focus();
  });
  // A form is sent once: a second click while the first is under way would ask twice.
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === 'post') {
      form.dataset.sent = 'yes';
      form.setAttribute('aria-busy', 'true');
    }
  });
  addEventListener('pageshow', function () {
    document.querySelectorAll('form[data-sent]').forEach(function (form) {
      delete form.dataset.sent;
      form.removeAttribute('aria-busy');
    });
  });

  document.addEventListener('DOMContentLoaded', function () {
    showTheme();
    showTimes(document);
    var fault = document.querySelector('[aria-invalid=true]');
    if (fault) fault.focus();
    document.querySelectorAll('[data-stream]').forEach(follow);
    setInterval(function () {
      if (!document.hidden) showTimes(document);
    }, 5000);
  });
})();
