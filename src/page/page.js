"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { images, targets, words } = data;
  const at = (id) => document.getElementById(id);

  // What the reader has chosen; all of it stands behind the `#` of the address, and nowhere else.
  const chosen = { q: "", state: "", target: "", network: "public", sort: "file", down: false, lang: "", theme: "" };
  const groups = [
    { group: "in-place", of: ["in-place"] },
    { group: "missing", of: ["missing"] },
    { group: "drifted", of: ["target-changed", "differs", "source-missing", "upstream-moved", "not-declared"] },
    { group: "held", of: ["held"] },
    { group: "blocked", of: ["blocked"] },
    { group: "unknown", of: ["unknown"] },
  ];
  const urgency = ["blocked", "unknown", "missing", "target-changed", "differs", "source-missing", "upstream-moved", "not-declared", "held", "in-place"];
  const FIRST = 14, FURTHER = 30;

  let chinese = false, said = { relative: null, number: null };
  const say = (name, values = {}) => {
    const text = words[name][chinese ? 1 : 0];
    // A function, so that no `$` in a name means anything.
    return text.replace(/\{(\w+)\}/g, (mark, key) => (key in values ? values[key] : mark));
  };
  const both = (pair) => pair[chinese ? 1 : 0];
  const number = (count) => said.number.format(count);

  // Everything goes into the page through here, as text.
  const make = (tag, settings = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(settings)) {
      if (name === "on") made.addEventListener("click", value);
      else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...inside.filter((one) => one != null));
    return made;
  };

  // What stands between backticks is code.
  const marked = (text) => text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));

  const short = (digest) => { const hex = digest.slice(digest.indexOf(":") + 1); return hex.slice(0, 12); };
  const size = (bytes) => {
    if (bytes == null) return "–";
    const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let unit = 0, left = bytes;
    while (left >= 1023.95 && unit < units.length - 1) { left /= 1024; unit += 1; }
    return `${unit ? left.toFixed(1) : left} ${units[unit]}`;
  };
  const exact = (time) => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
  const from = (time) => {
    const seconds = (Date.parse(time) - Date.now()) / 1000;
    const steps = [[31557600, "year"], [2629800, "month"], [604800, "week"], [86400, "day"], [3600, "hour"], [60, "minute"]];
    const step = steps.find(([length]) => Math.abs(seconds) >= length);
    return step ? said.relative.format(Math.trunc(seconds / step[0]), step[1]) : say("now");
  };
  const when = (time, whole = false) => {
    if (!time) return make("span", { class: "faint" }, "–");
    return make("time", { datetime: time, title: exact(time) }, whole ? `${exact(time)} (${from(time)})` : from(time));
  };

  const place = (image) => {
    const target = targets[image.target];
    return (chosen.network === "vpc" && target.vpc) || target.place;
  };
  const pull = (image) => `docker pull ${place(image)}/${image.name}`;
  const pinned = (image) => `docker pull ${place(image)}/${image.repository}@${image.digest}`;
  const isThere = (image) => image.digest != null || (image.states.includes("unknown") && !image.absent && !image.name.endsWith("*"));

  // Copies a text, and says so to whoever sees the button and to whoever hears the page.
  const copy = async (text, button) => {
    const byHand = () => {
      const area = make("textarea", { class: "unseen", readonly: true, "aria-hidden": "true" });
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      button.focus();
      return done;
    };
    let done = false;
    try { await navigator.clipboard.writeText(text); done = true; } catch { done = byHand(); }
    at("said").textContent = "";
    requestAnimationFrame(() => { at("said").textContent = done ? say("copied-said", { text }) : say("copy-failed", { text }); });
    if (!done) return;
    button.classList.add("done");
    const shown = button.querySelector(".shown");
    shown.textContent = say("copied-now");
    setTimeout(() => { button.classList.remove("done"); shown.textContent = shown.dataset.own; }, 1600);
  };
  const copier = (own, label, text, kind = "copy") => {
    const shown = make("span", { class: "shown", "data-own": own }, own);
    const button = make("button", { type: "button", class: kind, "aria-label": label, on: () => copy(text(), button) }, shown);
    return button;
  };
  const hash = (image, digest) => copier(short(digest), `${say("copy-digest-label", { name: image.name })} ${short(digest)}`, () => digest, "hash");

  const badges = (image) => make("span", { class: "badges" }, ...image.states.map((state) => make("span", { class: `badge ${state}` }, say(state))));
  const label = (name) => make("span", { class: "label", "aria-hidden": "true" }, name);
  const cell = (kind, name, ...inside) => make("td", { role: "cell", class: kind }, name ? label(name) : null, ...inside);
  const platforms = (image) => {
    const names = image.platforms.map(([name]) => name);
    const first = names.slice(0, names.length > 3 ? 2 : 3);
    const spans = first.map((name) => make("span", {}, name));
    if (names.length > 3) spans.push(make("span", { class: "faint" }, say("more-platforms", { count: names.length - 2 })));
    if (!names.length) spans.push(make("span", { class: "faint" }, "–"));
    return make("div", { class: "platforms" }, ...spans);
  };

  const command = (image, title, text) => make("div", { class: "command" }, make("span", {}, title), make("code", {}, text()),
    copier(say("copy-pull"), `${say("copy-pull-label", { name: image.name })} (${title})`, text));
  const change = (one) => {
    const parts = one.before && one.before !== one.digest ? `${short(one.before)} → ${short(one.digest)}` : short(one.digest);
    const bits = [make("code", {}, parts)];
    if (!one.before) bits.push(` · ${say("new")}`);
    if (one.source_before && one.source_before !== one.source_digest && one.source_digest !== one.digest) {
      bits.push(` · ${say("source-was", { before: short(one.source_before), after: short(one.source_digest) })}`);
    }
    if (one.commit) bits.push(` · ${say("commit", { commit: one.commit.slice(0, 10) })}`);
    if (one.overridden) bits.push(` · ${say("overridden")}: ${one.overridden}`);
    return bits;
  };

  const details = (image) => {
    const told = (image.told || []).map(both);
    if (image.held) {
      const [digest, until] = image.held;
      told.push(until ? say("held-until", { digest: short(digest), time: exact(until), left: from(until) }) : say("held-open", { digest: short(digest) }));
    }
    const lines = [];
    const line = (name, ...inside) => lines.push(make("dt", {}, name), make("dd", {}, ...inside));
    line(say("source"), make("code", {}, image.source));
    if (image.digest) line(say("digest"), make("code", {}, image.digest));
    if (image.expected) line(say("should-be"), make("code", {}, image.expected));
    if (image.platforms.length) {
      const each = image.platforms.map(([name, bytes]) => make("li", {}, bytes == null ? name : `${name}  ${size(bytes)}`));
      line(say("platforms"), make("ul", { class: "platforms" }, ...each));
    }
    if (image.built) line(say("built"), when(image.built, true));
    if (image.seen) line(say("seen"), when(image.seen, true));
    if (image.signed) line(say("signed"), ...marked(both(image.signed)));
    if (image.overridden) line(say("overridden"), image.overridden);
    if (image.copies) line(say("copies"), make("ul", {}, ...image.copies.map((one) => make("li", {}, when(one.time, true), " · ", ...change(one)))));
    line(say("origin"), make("code", {}, image.origin));
    const commands = isThere(image) ? [command(image, say("by-tag"), () => pull(image))] : [make("p", { class: "faint" }, say("not-pulled"))];
    if (image.digest) commands.push(command(image, say("by-digest"), () => pinned(image)));
    return make("tr", { role: "row", class: "detail" }, make("td", { role: "cell", colspan: 8 },
      told.length ? make("ul", { class: "telling" }, ...told.map((text) => make("li", {}, ...marked(text)))) : null,
      make("div", { class: "commands" }, ...commands), make("dl", {}, ...lines)));
  };

  let rows = new Map();
  const opened = new Set();
  const row = (image) => {
    let made = rows.get(image);
    if (made) return made;
    const toggle = make("button", { type: "button", class: "name", "aria-expanded": "false", "aria-label": say("details-label", { name: image.name }), on: () => open(image) }, image.name);
    const where = targets.length > 1 ? [make("b", {}, targets[image.target].name || targets[image.target].place), " ← "] : [];
    const get = isThere(image)
      ? copier(say("copy-pull"), say("copy-pull-label", { name: image.name }), () => pull(image))
      : make("span", { class: "faint" }, "–");
    made = [make("tr", { role: "row", class: "row" },
      make("th", { role: "rowheader", scope: "row" }, toggle, make("span", { class: "from" }, ...where, image.source)),
      cell("states", null, badges(image)),
      cell("of-platforms", say("platforms"), platforms(image)),
      cell("size", say("size"), size(image.bytes)),
      cell("of-digest", say("digest"), image.digest ? hash(image, image.digest) : make("span", { class: "faint" }, "–")),
      cell("time built", say("built"), when(image.built)),
      cell("time", say("copied"), when(image.copies && image.copies[0].time)),
      cell("pull", null, isThere(image) ? make("code", { class: "whole" }, pull(image)) : null, get))];
    rows.set(image, made);
    if (opened.has(image)) expand(image, made);
    return made;
  };
  const expand = (image, made) => {
    made[0].classList.add("open");
    made[0].querySelector(".name").setAttribute("aria-expanded", "true");
    made[1] = details(image);
  };
  const open = (image) => {
    const made = row(image);
    if (made[1]) {
      opened.delete(image);
      made.pop().remove();
      made[0].classList.remove("open");
      made[0].querySelector(".name").setAttribute("aria-expanded", "false");
    } else {
      opened.add(image);
      expand(image, made);
      made[0].after(made[1]);
    }
  };

  // What is searched, and what is sorted by, once for all.
  const sought = images.map((image) => [image.name, image.source, image.digest || "", image.expected || "", targets[image.target].name || "", image.origin].join("\n").toLowerCase());
  const keys = {
    file: null,
    name: images.map((image) => image.name),
    state: images.map((image) => Math.min(...image.states.map((state) => urgency.indexOf(state)), urgency.length)),
    size: images.map((image) => image.bytes ?? -1),
    built: images.map((image) => image.built || ""),
    copied: images.map((image) => (image.copies ? image.copies[0].time : "")),
  };
  let order = images.map((_, index) => index), found = [], shown = 0;
  const arrange = () => {
    const key = keys[chosen.sort];
    const turn = chosen.down ? -1 : 1;
    order = images.map((_, index) => index);
    if (key) order.sort((a, b) => (key[a] < key[b] ? -turn : key[a] > key[b] ? turn : a - b));
    else if (chosen.down) order.reverse();
  };
  const extend = (most) => {
    const next = found.slice(shown, shown + most);
    shown += next.length;
    at("rows").append(...next.flatMap((index) => row(images[index])));
    at("more").hidden = shown >= found.length;
  };
  const show = () => {
    const terms = chosen.q.toLowerCase().split(/\s+/).filter(Boolean);
    const group = groups.find((one) => one.group === chosen.state);
    const counts = new Map(groups.map((one) => [one, 0]));
    let all = 0;
    found = order.filter((index) => {
      const image = images[index];
      if (chosen.target !== "" && image.target !== Number(chosen.target)) return false;
      if (!terms.every((term) => sought[index].includes(term))) return false;
      all += 1;
      let fits = !group;
      for (const one of groups) {
        if (one.of.some((state) => image.states.includes(state))) {
          counts.set(one, counts.get(one) + 1);
          if (one === group) fits = true;
        }
      }
      return fits;
    });
    for (const [one, button] of chips) {
      const count = one ? counts.get(one) : all;
      button.lastChild.textContent = number(count);
      button.classList.toggle("zero", count === 0);
      button.setAttribute("aria-pressed", String(one === group || (!one && !group)));
    }
    shown = 0;
    at("rows").replaceChildren();
    extend(FIRST);
    const isWhole = found.length === images.length;
    at("count").textContent = isWhole ? say("count-all", { all: number(images.length) }) : say("count", { shown: number(found.length), all: number(images.length) });
    at("reset").hidden = isWhole && !chosen.q && !chosen.state && !chosen.target;
    at("table").hidden = found.length === 0;
    at("nothing").hidden = found.length > 0;
    at("nothing").textContent = images.length ? say("none") : say("empty");
    keep();
  };

  let waiting = 0;
  const keep = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const kept = new URLSearchParams();
      for (const [name, value] of Object.entries(chosen)) {
        const plain = { network: "public", sort: "file", down: false }[name] ?? "";
        if (value !== plain) kept.set(name, String(value));
      }
      const text = kept.toString();
      // Browsers let an address be changed only so often.
      try { history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search); } catch { /* next time */ }
    }, 250);
  };
  const recall = () => {
    const kept = new URLSearchParams(location.hash.slice(1));
    const of = (name, allowed, other) => { const value = kept.get(name) ?? other; return allowed.includes(value) ? value : other; };
    chosen.q = (kept.get("q") || "").slice(0, 300);
    chosen.state = of("state", groups.map((one) => one.group), "");
    chosen.target = of("target", targets.map((_, index) => String(index)), "");
    chosen.network = of("network", ["public", "vpc"], "public");
    chosen.sort = of("sort", Object.keys(keys), "file");
    chosen.down = kept.get("down") === "true";
    chosen.lang = of("lang", ["en", "zh"], "");
    chosen.theme = of("theme", ["light", "dark"], "");
  };

  const chips = new Map();
  const choices = (select, options, value) => {
    select.replaceChildren(...options.map(([name, text]) => make("option", { value: name }, text)));
    select.value = value;
  };
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    document.documentElement.dataset.theme = chosen.theme || (darkness.matches ? "dark" : "light");
    at("theme").textContent = say(`theme-${chosen.theme || "auto"}`);
  };
  const sortBy = (name) => {
    chosen.down = chosen.sort === name ? !chosen.down : false;
    chosen.sort = name;
    at("sort").value = name;
    head();
    arrange();
    show();
  };
  const head = () => {
    const column = (name, text) => {
      if (!name) return make("th", { role: "columnheader", scope: "col" }, make("span", { class: "plainly" }, text));
      const way = chosen.sort === name && (chosen.down ? "descending" : "ascending");
      return make("th", { role: "columnheader", scope: "col", "aria-sort": way || "none" }, make("button", { type: "button", "data-sort": name, on: () => { sortBy(name); at("head").querySelector(`[data-sort=${name}]`).focus(); } }, text));
    };
    at("head").replaceChildren(column("name", say("image")), column("state", say("state")), column("", say("platforms")), column("size", say("size")),
      column("", say("digest")), column("built", say("built")), column("copied", say("copied")), column("", say("pull")));
    at("reverse").setAttribute("aria-pressed", String(chosen.down));
  };
  const runs = () => {
    const each = data.runs.map((run, index) => {
      const count = run.copied.length + run.more;
      const named = (one) => (one.image == null ? one.name : images[one.image].name);
      const list = run.copied.map((one) => make("li", {}, make("code", {}, named(one)), " ", ...change(one)));
      if (run.more) list.push(make("li", { class: "faint" }, say("run-more", { count: number(run.more) })));
      return make("details", { open: index === 0 && count <= 20 }, make("summary", {}, when(run.time, true),
        make("span", { class: "faint" }, count === 1 ? say("run-one") : say("run-count", { count: number(count) })),
        run.commit ? make("code", { class: "faint" }, run.commit.slice(0, 10)) : null), make("ul", {}, ...list));
    });
    if (!each.length) each.push(make("p", {}, say("no-changes")));
    if (data.older_runs) each.push(make("p", {}, say("run-older", { count: number(data.older_runs) })));
    at("runs").replaceChildren(...each);
  };

  // Writes all that stands in a language.
  const speak = () => {
    const language = chosen.lang || (/^zh\b/i.test(navigator.language || "") ? "zh" : "en");
    chinese = language === "zh";
    document.documentElement.lang = chinese ? "zh-CN" : "en";
    said = { relative: new Intl.RelativeTimeFormat(chinese ? "zh-CN" : "en", { numeric: "auto" }), number: new Intl.NumberFormat(chinese ? "zh-CN" : "en") };
    for (const one of document.querySelectorAll("[data-word]")) one.replaceChildren(...marked(say(one.dataset.word)));
    for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", say(one.dataset.label));
    for (const one of document.querySelectorAll("[data-hint]")) one.placeholder = say(one.dataset.hint);
    const places = targets.map((target) => (target.name ? `${target.name}: ${target.place}` : target.place));
    document.title = targets.length === 1 ? `${say("title")} · ${targets[0].place}` : say("title");
    at("places").textContent = places.join(chinese ? "、" : ", ");
    at("made").replaceChildren(make("time", { datetime: data.made }, say("made", { time: `${exact(data.made)} (${from(data.made)})` })));
    at("commit").textContent = data.commit ? say("commit", { commit: data.commit }) : "";
    at("language").textContent = say("language");
    at("language").lang = chinese ? "en" : "zh-CN";
    at("language").setAttribute("aria-label", `${say("language")}: ${say("language-label")}`);
    chips.clear();
    for (const one of [null, ...groups]) {
      const own = one ? one.group : "";
      const press = () => { chosen.state = chosen.state === own ? "" : own; show(); };
      chips.set(one, make("button", { type: "button", "data-state": own, on: press }, make("span", {}, one ? say(one.group) : say("all")), make("b", {}, "")));
    }
    at("chips").replaceChildren(...chips.values());
    choices(at("target"), [["", say("every-target")], ...targets.map((target, index) => [String(index), target.name || target.place])], chosen.target);
    choices(at("network"), [["public", say("public")], ["vpc", say("vpc")]], chosen.network);
    choices(at("sort"), Object.keys(keys).map((name) => [name, say(`sort-${name}`)]), chosen.sort);
    at("of-target").hidden = targets.length < 2;
    at("of-network").hidden = !targets.some((target) => target.vpc);
    at("told").replaceChildren(...data.told.map((text) => make("li", {}, ...marked(both(text)))));
    at("telling").hidden = data.told.length === 0;
    rows = new Map();
    paint();
    head();
    runs();
    show();
  };

  at("search").addEventListener("input", () => { chosen.q = at("search").value; show(); });
  at("search").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen.q) { chosen.q = at("search").value = ""; show(); event.preventDefault(); }
  });
  at("target").addEventListener("change", () => { chosen.target = at("target").value; show(); });
  at("network").addEventListener("change", () => { chosen.network = at("network").value; rows = new Map(); show(); });
  at("sort").addEventListener("change", () => { chosen.down = false; chosen.sort = at("sort").value; head(); arrange(); show(); });
  at("reverse").addEventListener("click", () => { chosen.down = !chosen.down; head(); arrange(); show(); });
  at("reset").addEventListener("click", () => {
    chosen.q = at("search").value = chosen.state = chosen.target = at("target").value = "";
    show();
    at("search").focus();
  });
  at("language").addEventListener("click", () => { chosen.lang = chinese ? "en" : "zh"; speak(); });
  at("theme").addEventListener("click", () => { chosen.theme = { "": "light", light: "dark", dark: "" }[chosen.theme]; paint(); keep(); });
  darkness.addEventListener("change", paint);
  at("more").addEventListener("click", () => {
    const next = shown;
    extend(FURTHER);
    row(images[found[next]])[0].querySelector(".name").focus();
  });
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting) && shown < found.length) extend(FURTHER); }, { rootMargin: "200px" }).observe(at("more"));
  addEventListener("beforeprint", () => extend(found.length));
  const begin = () => { recall(); at("search").value = chosen.q; arrange(); speak(); };
  // The link past the tools is an address of this page, too, and no choice.
  addEventListener("hashchange", () => { if (location.hash !== "#images") begin(); });
  begin();
  at("main").hidden = false;
})();
