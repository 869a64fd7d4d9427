// Pictures of the pages, to be looked at: node shots.mjs PAGES OUT, where PAGES is `target/tmp/page` after `tests/page/run`. Those
// that docs/page.md shows are docs/pictures/page-light.png and page-dark.png.
import { chromium } from "playwright-core";
const [pages, out] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
const phone = { width: 390, height: 844 }, desktop = { width: 1360, height: 900 };
const shots = [
  ["desktop", "usual", desktop, {}],
  ["desktop-zh", "usual", desktop, { hash: "lang=zh" }],
  ["desktop-open", "usual", desktop, { open: 3 }],
  ["dark", "usual", desktop, { dark: true, open: 3 }],
  ["phone", "usual", phone, { open: 6 }],
  ["phone-zh-dark", "usual", phone, { hash: "lang=zh", dark: true }],
  ["several", "several", desktop, { full: true }],
  ["rows-5000", "many", desktop, { hash: "q=postgres" }],
  ["rows-5000-all", "many", desktop, {}],
  ["empty", "empty", desktop, {}],
  ["empty-phone", "empty", phone, {}],
  ["hostile", "hostile", desktop, { open: 2, full: true }],
  ["hostile-phone", "hostile", phone, { full: true }],
  ["changes", "usual", desktop, { full: true }],
  ["page-light", "usual", { width: 1280, height: 640 }, {}],
  ["narrow", "usual", { width: 1000, height: 700 }, { open: 0 }],
  ["page-dark", "usual", { width: 1280, height: 700 }, { dark: true, hash: "q=postgres", open: 0 }],
];
for (const [name, page, viewport, how] of shots) {
  const context = await browser.newContext({ viewport, colorScheme: how.dark ? "dark" : "light", locale: "en", deviceScaleFactor: 1 });
  const tab = await context.newPage();
  tab.on("pageerror", (error) => console.log(name, String(error)));
  tab.on("console", (message) => console.log(name, message.text()));
  await tab.clock.setFixedTime(new Date("2026-11-27T08:40:00Z"));
  await tab.goto(`file://${pages}/${page}.html#${how.hash || ""}`);
  if (how.open != null) await tab.locator(".name").nth(how.open).click();
  await tab.mouse.move(0, 0);
  await tab.screenshot({ path: `${out}/${name}.png`, fullPage: Boolean(how.full) });
  await context.close();
}
await browser.close();
