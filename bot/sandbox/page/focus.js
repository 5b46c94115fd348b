// Redrawing without losing the person's place: focus, caret, and a press that is still going on.

const LONGEST_PRESS_MS = 1200; // a native menu may swallow the release; the page must not stand still

let pressed = false;
let limit = null;
let later = null;

/** Do `work`, then give focus and caret back to the field that had them, even if its node is a new one. */
export function keepFocus(root, work) {
  const had = document.activeElement;
  const inside = root.contains(had) && had.dataset?.field !== undefined;
  const caret = inside ? caretOf(had) : null;
  work();
  if (!inside || (had.isConnected && document.activeElement === had)) return;
  const [field, option] = [had.dataset.field, had.dataset.option];
  const same = [...root.querySelectorAll("[data-field]")].find(
    (node) => node.dataset.field === field && node.dataset.option === option,
  );
  if (!same) return;
  same.focus({ preventScroll: true });
  if (caret && same.setSelectionRange) same.setSelectionRange(...caret);
}

function caretOf(node) {
  try {
    return node.selectionStart === null
      ? null
      : [node.selectionStart, node.selectionEnd, node.selectionDirection ?? "none"];
  } catch {
    return null;
  }
}

/** Run `work` now, or right after the press that is going on, so that a redraw never eats a click. */
export function whenIdle(work) {
  if (pressed) later = work;
  else work();
}

function press() {
  pressed = true;
  clearTimeout(limit);
  limit = setTimeout(release, LONGEST_PRESS_MS);
}

function release() {
  pressed = false;
  clearTimeout(limit);
  setTimeout(() => {
    const work = later;
    later = null;
    if (work && !pressed) work();
  }, 0);
}

document.addEventListener("pointerdown", press, true);
document.addEventListener("pointerup", release, true);
document.addEventListener("pointercancel", release, true);
window.addEventListener("blur", release);
