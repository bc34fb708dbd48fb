// What the pages do besides being read. Without it every page still works.
"use strict";

// Live count beside Apply while filters are being set.
const form = document.querySelector("form[data-live]");
if (form) {
  const output = form.querySelector("[data-live-count]");
  let timer = 0, latest = 0;
  const ask = async () => {
    const mine = ++latest;
    const query = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(`${form.dataset.live}?${query}`);
      const found = await answer.json();
      if (mine === latest) output.textContent = answer.ok ? `(${found.matching.toLocaleString("en")})` : "(?)";
    } catch { output.textContent = ""; }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 200); });
  // Empty fields do not belong into the address.
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    setTimeout(() => { for (const field of form.elements) field.disabled = false; }, 0);
  });
}

// In Airflow's frame an outward link would replace the board or do nothing: open it from the page around it.
if (window.parent !== window) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-out]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = new URL(link.href);
    if (target.protocol !== "https:" && target.protocol !== "http:") return;
    event.preventDefault();
    const outer = window.parent.document.createElement("a");
    outer.href = target.href;
    outer.target = "_blank";
    outer.rel = "noopener noreferrer";
    window.parent.document.body.append(outer);
    outer.click();
    outer.remove();
  });
}

// Alone there is no Airflow around the board that sets the theme.
const toggle = document.querySelector("[data-theme-toggle]");
if (toggle) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark" ||
      (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
    try { localStorage.setItem("theme", dark ? "light" : "dark"); } catch { return; }
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  });
}
