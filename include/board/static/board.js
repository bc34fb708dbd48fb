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
  // What is not set does not belong into the address.
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && field.value === (field.dataset.default ?? "")) field.disabled = true;
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

// Whoever keeps the tab open is told when a run has published, in the page and in the title of the tab.
const update = document.querySelector("[data-latest]");
if (update) {
  const tabs = [document];
  try { if (window.parent !== window) tabs.push(window.parent.document); } catch { /* a frame of another origin */ }
  const look = async () => {
    try {
      const answer = await fetch(update.dataset.latest);
      if (!answer.ok) return;
      const { generation, fresh } = await answer.json();
      if (generation === Number(update.dataset.generation)) return;
      update.querySelector("strong").textContent = fresh ? `${fresh} new on the board.` : "The board has been updated.";
      update.hidden = false;
      if (fresh) for (const tab of tabs) tab.title = `(${fresh}) ${tab.title.replace(/^\(\d+\) /, "")}`;
    } catch { /* the server is away: the next look may find it */ }
  };
  setInterval(look, 60_000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}

// What came since the last visit is marked; a visit lasts as long as its tab.
if (update) {
  try {
    const seen = sessionStorage.getItem("departures.seen") ?? localStorage.getItem("departures.seen");
    if (seen) sessionStorage.setItem("departures.seen", seen);
    for (const row of document.querySelectorAll("[data-known]")) {
      if (seen && row.dataset.known > seen) row.querySelector(".new").hidden = false;
    }
    localStorage.setItem("departures.seen", update.dataset.asOf);
  } catch { /* storage is switched off: nothing is marked */ }
}

// On a small screen the pages stand in a row that scrolls: begin where the reader is.
document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
