/* Rows of a form that unfold one by one. Without this script they do too; with it the first box of the row that has come is
   ready to be typed in, and a row that something comes back to stands open with all before it. */

const ROW = "details.more-row";

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches?.(ROW) && target.open) target.parentElement.closest(ROW)?.setAttribute("open", "");
  },
  true,
);

document.addEventListener("click", ({ target }) => {
  const row = target.closest?.(`${ROW} > summary`)?.parentElement;
  if (row && !row.open) row.addEventListener("toggle", () => row.querySelector("input, select, textarea")?.focus(), { once: true });
});
