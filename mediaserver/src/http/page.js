// Shows /api/state once a second. Ids come from callers, so they are only ever set as text.
"use strict";

const PERIOD_MS = 1000;
const byId = (id) => document.getElementById(id);

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function figure(label, value) {
  const pair = element("div");
  pair.append(element("dt", "", label), element("dd", "", value));
  return pair;
}

// Of several engines the busiest one is shown.
const most = (values) => values.reduce((a, b) => (b !== null && (a === null || b > a) ? b : a), null);
const ms = (value) => (value === null ? "–" : `${value.toFixed(2)} ms`);

function showHead(view) {
  const phase = byId("phase");
  phase.textContent = view.phase;
  phase.className = `pill ${view.phase}`;
  byId("figures").replaceChildren(
    figure("rooms", view.conferences.length),
    figure("legs", view.connections.length),
    figure("dialogs", view.dialogs.length),
    figure("tick mean", ms(most(view.engines.map((engine) => engine.tick_ms_mean)))),
    figure("99 of 100 below", ms(most(view.engines.map((engine) => engine.tick_ms_p99)))),
    figure("late ticks", view.engines.reduce((sum, engine) => sum + engine.late_ticks, 0)),
  );
}

function legFacts(leg) {
  const facts = [leg.codec, leg.remote, `${leg.age_seconds} s`];
  if (leg.delay_ms !== null) facts.push(`delay ${leg.delay_ms.toFixed(0)} ms`);
  facts.push(`in ${leg.packets_received}`, `out ${leg.packets_sent}`, `lost ${leg.packets_lost}`);
  return facts.filter((fact) => fact !== null).join(" · ");
}

function levelMeter(dbov) {
  const meter = element("meter");
  meter.min = 0;
  meter.max = 60;
  meter.value = Math.max(0, 60 + dbov);
  meter.title = `${dbov.toFixed(0)} dBov`;
  return meter;
}

function legRow(leg, manner, speaking) {
  const row = element("div", speaking ? "leg speaking" : "leg");
  row.append(element("div", "name", leg.caller || leg.id));
  if (leg.level_dbov !== null) row.append(levelMeter(leg.level_dbov));
  row.append(element("div", "facts", [manner, legFacts(leg)].filter(Boolean).join(" · ")));
  row.title = leg.id;
  return row;
}

function manner(joins, id, room) {
  const talks = joins.some((join) => join.from === id && join.to === room);
  const hears = joins.some((join) => join.from === room && join.to === id);
  if (talks && hears) return "talks and hears";
  return talks ? "talks" : "only hears";
}

function peersOf(joins, id) {
  const peers = joins.flatMap((join) =>
    join.from === id ? [join.to] : join.to === id ? [join.from] : []);
  return new Set(peers);
}

function roomCard(view, room) {
  const card = element("div", "card");
  card.append(element("h3", "", room.id));
  const legs = new Map(view.connections.map((leg) => [leg.id, leg]));
  const members = peersOf(view.joins, room.id);
  for (const id of members) {
    const leg = legs.get(id);
    const how = manner(view.joins, id, room.id);
    if (leg) card.append(legRow(leg, how, room.speakers.includes(id)));
    else card.append(element("div", "leg facts", `${id} · ${how}`));
  }
  if (members.size === 0) card.append(element("div", "empty", "nobody yet"));
  return card;
}

function bridgeNote(joins, id) {
  const peers = [...peersOf(joins, id)];
  return peers.length ? `with ${peers.join(", ")}` : "joined to nothing";
}

function legCard(view, leg) {
  const card = element("div", "card");
  card.append(legRow(leg, bridgeNote(view.joins, leg.id), false));
  return card;
}

function dialogCard(dialog) {
  const card = element("div", "card");
  card.append(element("h3", "", dialog.id));
  const facts = [dialog.state, dialog.end_point && `on ${dialog.end_point}`, dialog.src];
  card.append(element("div", "facts", facts.filter(Boolean).join(" · ")));
  return card;
}

function fill(id, cards) {
  byId(id).replaceChildren(...(cards.length ? cards : [element("div", "empty", "none")]));
}

function show(view) {
  showHead(view);
  const rooms = new Set(view.conferences.map((room) => room.id));
  const isInRoom = (leg) => [...peersOf(view.joins, leg.id)].some((peer) => rooms.has(peer));
  fill("rooms", view.conferences.map((room) => roomCard(view, room)));
  fill("legs", view.connections.filter((leg) => !isInRoom(leg)).map((leg) => legCard(view, leg)));
  fill("dialogs", view.dialogs.map(dialogCard));
}

async function poll() {
  try {
    const answer = await fetch("/api/state");
    if (!answer.ok) throw new Error(await answer.text());
    show(await answer.json());
  } catch (error) {
    byId("phase").textContent = `no answer: ${error.message}`;
    byId("phase").className = "pill lost";
  }
  setTimeout(poll, PERIOD_MS);
}

poll();
