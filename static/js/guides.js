/* Guiding questions: those of a method open when it is ticked and close when it is taken away. Without this script all of
   them are there to be opened, and those of the methods stored stand open. */

for (const form of document.querySelectorAll("form")) {
  const guides = [...form.querySelectorAll("[data-guide]")];
  const chosen = () => new Set([...form.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value));
  const ways = (guide) => guide.dataset.usedWith.split("|").filter(Boolean);
  const opens = () => guides.filter((guide) => ways(guide).some((way) => chosen().has(way))).forEach((guide) => (guide.open = true));
  if (guides.length) {
    opens(); // what was ticked may have come back before
    form.addEventListener("autosave:put", ({ detail }) => form.querySelector(`[type=checkbox][name="${CSS.escape(detail)}"]`) && opens());
    form.addEventListener("change", ({ target }) => {
      if (target.type !== "checkbox") return;
      for (const guide of guides.filter((one) => ways(one).includes(target.value))) guide.open = ways(guide).some((way) => chosen().has(way));
    });
  }
}
