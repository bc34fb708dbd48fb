// Runs before the page is painted: the theme that was chosen here or in Airflow, which keeps it under the same name.
"use strict";
function applyTheme() {
  let theme = null;
  try { theme = localStorage.getItem("theme"); } catch { /* storage is switched off: the system's theme stands */ }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
applyTheme();
window.addEventListener("storage", applyTheme);
