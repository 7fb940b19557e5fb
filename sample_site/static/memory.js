/** What a page remembers for itself; a browser that keeps nothing is no reason to fail. */

const PREFIX = 'messenger-sso:';

function storage(kind) {
  return {
    read(name) {
      try {
        return JSON.parse(window[kind].getItem(PREFIX + name) ?? 'null');
      } catch {
        return null;
      }
    },
    /** Keep a value, or forget it when it is null. */
    keep(name, value) {
      try {
        if (value === null) window[kind].removeItem(PREFIX + name);
        else window[kind].setItem(PREFIX + name, JSON.stringify(value));
      } catch {
        // The value is simply asked for again the next time.
      }
    },
  };
}

/** Until the tab is closed. */
export const tab = storage('sessionStorage');

/** For as long as the browser keeps it. */
export const browser = storage('localStorage');
