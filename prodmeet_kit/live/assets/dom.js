// What every part of the stage uses. All text is set as text, never as markup.
const ANSWER_MS = 6000;
const TYPING_MS = 1500;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function button(text, act, attributes = {}) {
  const element = make("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", act);
  return element;
}

function minutes(seconds) {
  const whole = Math.round(Math.abs(seconds));
  return `${seconds < 0 ? "−" : ""}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function token() {
  return `${Date.now()}-${Math.random()}`;
}

const TYPED_IN = ["input", "textarea", "select", "[contenteditable=true]", ".cm-editor"].join();

function isField(element) {
  return Boolean(element && element.closest && element.closest(TYPED_IN));
}

// What was typed and not saved stays in this browser until it is. Storage may be forbidden: then nothing is kept, and
// the status line still says what was not saved.
function shelf() {
  const key = (subject, name) => `prodmeet ${location.pathname} ${subject} ${name}`;
  const guarded = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  return {
    get: (subject, name) => guarded(() => sessionStorage.getItem(key(subject, name))),
    put: (subject, name, value) => guarded(() => sessionStorage.setItem(key(subject, name), value)),
    drop: (subject, name) => guarded(() => sessionStorage.removeItem(key(subject, name))),
  };
}
