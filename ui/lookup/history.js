// The browser's Back and Forward step through look-ups. Streamlit writes the domain into the address
// in place; each look-up gets an entry of its own here, and Python is told when one is come back to.

const BOX = 'input[aria-label="Domain"]';

export default function ({ data, setTriggerValue }) {
  const lookups = (window.dgaLookups ??= follow());
  lookups.tell = (domain) => setTriggerValue("opened", domain);
  lookups.take(data.domain);
  if (!lookups.focused) {
    lookups.focused = true;
    if (document.activeElement === document.body) document.querySelector(BOX)?.focus({ preventScroll: true });
  }
  return () => {
    lookups.tell = null;
    lookups.left = lookups.now;
    lookups.now = null;
    lookups.focused = false;
  };
}

function follow() {
  const lookups = { now: null, tell: null, focused: false };
  lookups.take = (domain) => {
    if (lookups.came !== undefined) {
      // Back from another page: the look-up that was left there is opened again.
      lookups.back = lookups.came;
      lookups.came = undefined;
      if (lookups.back !== domain) lookups.tell(lookups.back);
    }
    if (lookups.back !== undefined) {
      if (domain === lookups.back) lookups.back = undefined;
      lookups.now = domain;
      return;
    }
    if (lookups.now !== null && lookups.now !== domain) {
      history.replaceState({ ...history.state, dgaLookup: lookups.now }, "", address(lookups.now));
      history.pushState({ dgaLookup: domain }, "", address(domain));
    } else {
      history.replaceState({ ...history.state, dgaLookup: domain }, "", address(domain));
    }
    lookups.now = domain;
  };
  window.addEventListener(
    "popstate",
    (event) => {
      const domain = event.state?.dgaLookup;
      if (domain === undefined || !lookups.tell) {
        lookups.came = domain ?? lookups.left; // Streamlit leaves an entry without its name
        return;
      }
      event.stopImmediatePropagation(); // Streamlit would draw the page anew with the former name
      lookups.back = domain;
      lookups.tell(domain);
    },
    true,
  );
  return lookups;
}

function address(domain) {
  const query = new URLSearchParams(location.search);
  if (domain) query.set("domain", domain);
  else query.delete("domain");
  const text = query.toString();
  return `${location.pathname}${text ? `?${text}` : ""}`;
}
