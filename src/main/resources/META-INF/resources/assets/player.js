// Plays the recording that the page names. It is read first, so that what was changed on disk is told in words.
(function () {
  'use strict';
  var place = document.getElementById('player');
  function fault(sentence) {
    var line = document.getElementById('player-fault');
    line.textContent = sentence;
    line.hidden = false;
    place.hidden = true;
  }
  fetch(place.dataset.cast)
    .then(function (answer) {
      if (answer.ok) return answer.text();
      return answer.json().then(function (problem) { throw new Error(problem.detail); });
    })
    .then(function (cast) {
      AsciinemaPlayer.create({ data: cast }, place, { idleTimeLimit: 2, fit: 'width', preload: true, poster: 'npt:1' });
    })
    .catch(function (e) { fault(e.message || 'The recording could not be read.'); });
})();
