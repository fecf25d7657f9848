// What every page's keyboard needs and Streamlit does not offer: "/" focuses the page's search box,
// and the help marks of figures in a row are no tab stops. Reads and changes the page's own elements.

const MARKS = '[data-testid="stMetric"] button[aria-label^="Help for"]';
const SEARCH = 'input[type="search"], [data-testid="stTextInput"] input';

export default function () {
  if (window.dgaFrame) return;
  const skip = () => {
    for (const mark of document.querySelectorAll(MARKS)) mark.tabIndex = -1;
  };
  const seen = new MutationObserver(skip);
  seen.observe(document.body, { childList: true, subtree: true });
  skip();
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    const typing = at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName);
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = document.querySelector(SEARCH);
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select?.();
  });
  window.dgaFrame = { seen };
}
