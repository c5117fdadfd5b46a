// Passkeys: a form with data-passkey ("get" or "create") asks the server what to sign, the browser to have it signed, and
// sends the answer as the form's own fields. What goes wrong stands in the form's element with role=alert.
(function () {
  'use strict';

  function bytes(text) {
    var raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(raw, function (char) { return char.charCodeAt(0); });
  }
  function text(buffer) {
    var raw = Array.from(new Uint8Array(buffer), function (byte) { return String.fromCharCode(byte); }).join('');
    return btoa(raw).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }

  function ask(form) {
    return fetch(form.dataset.options, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).then(
      function (answer) {
        var json = (answer.headers.get('Content-Type') || '').indexOf('json') >= 0;
        if (!json) throw new Error('This page is too old. Open it again.');
        return answer.json().then(function (said) {
          if (!answer.ok) throw new Error(said.detail);
          return said;
        });
      },
      function () { throw new Error('The manager does not answer. Try again.'); }
    );
  }

  function get(said) {
    return navigator.credentials.get({ publicKey: {
      challenge: bytes(said.challenge), rpId: said.rpId, userVerification: 'required', timeout: 120000
    } }).then(function (found) {
      return {
        id: text(found.rawId),
        clientData: text(found.response.clientDataJSON),
        authenticatorData: text(found.response.authenticatorData),
        signature: text(found.response.signature),
        user: text(found.response.userHandle || new ArrayBuffer(0))
      };
    });
  }

  function create(said) {
    return navigator.credentials.create({ publicKey: {
      challenge: bytes(said.challenge),
      rp: { id: said.rpId, name: 'Cloister' },
      user: { id: bytes(said.userId), name: said.userName, displayName: said.userName },
      pubKeyCredParams: said.algorithms.map(function (alg) { return { type: 'public-key', alg: alg }; }),
      excludeCredentials: said.known.map(function (id) { return { type: 'public-key', id: bytes(id) }; }),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
      timeout: 120000
    } }).then(function (made) {
      var key = made.response.getPublicKey && made.response.getPublicKey();
      if (!key) throw new Error('This browser cannot read the passkey that it made. Take a newer one.');
      return {
        id: text(made.rawId),
        clientData: text(made.response.clientDataJSON),
        authenticatorData: text(made.response.getAuthenticatorData()),
        publicKey: text(key),
        algorithm: String(made.response.getPublicKeyAlgorithm())
      };
    });
  }

  function sentence(error) {
    if (error.name === 'NotAllowedError')
      return 'It was cancelled, took too long, or there is no passkey of this site on the device.';
    if (error.name === 'InvalidStateError') return 'There is a passkey of yours on this device already.';
    return error.message || String(error);
  }

  function say(form, what) {
    form.querySelector('[role=alert]').textContent = what;
  }

  function send(form, answer) {
    Object.keys(answer).forEach(function (name) {
      var field = document.createElement('input');
      field.type = 'hidden';
      field.name = name;
      field.value = answer[name];
      form.append(field);
    });
    // What confirmed the question is not asked for again.
    form.querySelectorAll('input[type=password]').forEach(function (field) { field.disabled = true; });
    form.submit();
  }

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form.dataset.passkey) return;
    event.preventDefault();
    if (form.dataset.asking) return;
    say(form, '');
    function fail(what) {
      say(form, what);
      delete form.dataset.asking;
      delete form.dataset.sent; // it may be sent again
      form.removeAttribute('aria-busy');
    }
    if (location.origin !== form.dataset.address) {
      fail('Passkeys work at ' + form.dataset.address + ' alone, and this page is at ' + location.origin + '.');
      return;
    }
    if (!window.PublicKeyCredential) {
      fail('This browser has no passkeys.');
      return;
    }
    form.dataset.asking = 'yes';
    ask(form)
      .then(form.dataset.passkey === 'get' ? get : create)
      .then(function (answer) { send(form, answer); })
      .catch(function (error) { fail(sentence(error)); });
  });
  addEventListener('pageshow', function (event) {
    if (event.persisted) location.reload(); // the challenge that it holds was used
  });
})();
