// Lanes on one axis of weeks, with handles that are dragged or moved by keys.
const PATIENCE = 120; // milliseconds between two changes while a handle moves
const PAUSE = 1500; // milliseconds after which a key begins another move, undone by itself
const SLACK = 3; // pixels a finger may tremble without dragging
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -13, PageUp: 13 };

export default {
  props: {
    horizon: Number,
    ticks: Array, // of {week, name}
    lanes: Array, // of {key, label, start, low, high, line, before, steps}; before: the line of what it is compared with
    chosen: String, // "number key" of the step whose editor is open
    heard: Number, // the last move that was answered
  },
  emits: ["move", "choose", "open", "drop"],
  data() {
    return { held: null, dragging: false, move: 0, sent: 0 };
  },
  watch: {
    heard() {
      this.letGo();
    },
  },
  created() {
    this.last = { key: -PAUSE, send: -PATIENCE };
  },
  beforeUnmount() {
    clearTimeout(this.waiting);
  },
  methods: {
    enter() {
      this.$nextTick(() => {
        if (!this.$el.contains(document.activeElement)) this.$el.querySelector(".plan-handle")?.focus();
      });
    },
    name(step) {
      return step.number + " " + step.key;
    },
    weekOf(step) {
      return this.held?.number === step.number ? this.held.week : step.week;
    },
    place(step) {
      return { left: (100 * this.weekOf(step)) / this.horizon + "%", top: 100 * (1 - step.level) + "%" };
    },
    room(lane, index) {
      // the value stands beside its handle as far as the next one leaves room
      const step = lane.steps[index];
      const weeks = lane.steps.map((other) => this.weekOf(other)).filter((week) => week > this.weekOf(step));
      return { maxWidth: `calc(${(100 * (Math.min(this.horizon, ...weeks) - this.weekOf(step))) / this.horizon}cqw - 2.6rem)` };
    },
    free(step, week, way) {
      const inside = (wanted) => wanted >= 0 && wanted < this.horizon;
      let found = Math.min(this.horizon - 1, Math.max(0, week));
      while (inside(found) && step.taken.includes(found)) found += way;
      if (inside(found)) return found;
      for (found -= way; inside(found) && step.taken.includes(found); ) found -= way;
      return inside(found) ? found : step.week;
    },
    // by pointer
    take(event, step) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      this.grip = { x: event.clientX, week: this.weekOf(step), width: event.currentTarget.parentElement.clientWidth };
      this.dragging = false;
      this.$emit("choose", { number: step.number, key: step.key });
    },
    drag(event, step) {
      if (!this.grip) return;
      const way = event.clientX - this.grip.x;
      if (!this.dragging && Math.abs(way) < SLACK) return;
      if (!this.dragging) this.move += 1;
      this.dragging = true;
      const week = Math.round(this.grip.week + (way / this.grip.width) * this.horizon);
      this.goTo(step, this.free(step, week, way < 0 ? -1 : 1));
    },
    put() {
      this.grip = null;
      if (!this.dragging) return;
      this.dragging = false;
      this.send();
      this.letGo();
    },
    // by keys
    press(event, step) {
      const way = event.key === "Home" ? -this.horizon : event.key === "End" ? this.horizon : KEYS[event.key];
      if (way) {
        const leap = event.shiftKey && event.key.startsWith("Arrow") ? 4 : 1;
        if (event.timeStamp - this.last.key > PAUSE || this.last.step !== this.name(step)) this.move += 1;
        this.last.key = event.timeStamp;
        this.last.step = this.name(step);
        this.goTo(step, this.free(step, this.weekOf(step) + leap * way, Math.sign(way)));
      } else if (event.key === "Enter" || event.key === " ") {
        this.$emit("open", { number: step.number, key: step.key });
      } else if (event.key === "Delete" || event.key === "Backspace") {
        this.$emit("drop", { number: step.number, key: step.key });
      } else return;
      event.preventDefault();
    },
    // to the server
    goTo(step, week) {
      if (week === this.weekOf(step)) return;
      this.held = { number: step.number, key: step.key, week };
      this.unsent = true;
      clearTimeout(this.waiting);
      const wait = this.last.send + PATIENCE - performance.now();
      if (wait <= 0) this.send();
      else this.waiting = setTimeout(this.send, wait);
    },
    send() {
      clearTimeout(this.waiting);
      if (!this.unsent) return;
      this.unsent = false;
      this.last.send = performance.now();
      this.sent += 1;
      this.$emit("move", { ...this.held, move: this.move, serial: this.sent });
    },
    letGo() {
      if (!this.dragging && !this.unsent && this.heard >= this.sent) this.held = null;
    },
  },
  template: `
    <div class="plan-lanes" role="group" aria-label="Policies over time">
      <div v-for="lane in lanes" :key="lane.key" class="plan-lane">
        <div class="plan-lane-head">
          <strong>{{ lane.label }}</strong>
          <span class="soft">at the start: {{ lane.start }}</span>
        </div>
        <div class="plan-band">
          <span class="plan-end plan-high" aria-hidden="true">{{ lane.high }}</span>
          <span class="plan-end plan-low" aria-hidden="true">{{ lane.low }}</span>
          <div class="plan-track">
            <svg aria-hidden="true" :viewBox="'0 0 ' + horizon + ' 1'" preserveAspectRatio="none">
              <line v-for="tick in ticks" :key="tick.week" class="plan-tick" :x1="tick.week" :x2="tick.week" y1="0" y2="1" />
              <polyline class="plan-before" :points="lane.before" />
              <polyline class="plan-now" :points="lane.line" />
            </svg>
            <div v-for="(step, index) in lane.steps" :key="step.number" class="plan-handle" role="slider" tabindex="0"
              :class="{'plan-chosen': chosen === name(step), 'plan-held': held?.number === step.number,
                'plan-linked': chosen.startsWith(step.number + ' ')}"
              :style="place(step)" :aria-label="step.label" aria-orientation="horizontal"
              :aria-valuemin="0" :aria-valuemax="horizon - 1" :aria-valuenow="weekOf(step)"
              :aria-valuetext="'week ' + weekOf(step) + step.more"
              @pointerdown="take($event, step)" @pointermove="drag($event, step)" @pointerup="put" @pointercancel="put"
              @keydown="press($event, step)">
              <span class="plan-week" aria-hidden="true">week {{ weekOf(step) }}</span>
              <span class="plan-value" aria-hidden="true" :style="room(lane, index)"
                :class="{'plan-under': step.under}">{{ step.text }}</span>
            </div>
          </div>
        </div>
      </div>
      <div class="plan-band plan-axis" aria-hidden="true">
        <div class="plan-track">
          <span v-for="tick in ticks" :key="tick.week" :style="{left: 100 * tick.week / horizon + '%'}"
            :class="{'plan-last': tick.week === horizon}">{{ tick.name }}</span>
        </div>
      </div>
    </div>`,
};
