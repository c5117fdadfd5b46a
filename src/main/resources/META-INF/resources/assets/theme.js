// Runs before the first paint, so that a dark page never flashes white.
(function () {
  'use strict';
  var theme = null;
  try {
    theme = localStorage.getItem('cloister-theme');
  } catch (e) {
    // Storage may be forbidden; the system's choice then holds.
  }
  var root = document.documentElement;
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  root.classList.add('js');
})();
