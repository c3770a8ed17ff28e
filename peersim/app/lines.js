// Lines with bands over weeks, as SVG: a few hundred points a line, drawn anew in about a millisecond.
const LEFT = 46, RIGHT = 10, TOP = 8, BOTTOM = 36;
const WEEK_STEPS = [1, 2, 4, 13, 26, 52, 104, 260, 520];

export default {
  props: {
    label: String, // the chart in words
    unit: String, // of the axis: "", "%" or "£"
    low: Number, // ends of the axis
    high: Number,
    weeks: Number,
    content: String, // lines as JSON: {name, colour, dash, width, start, mean, low, high}; no band where low is null
    marks: Array, // of {week, text}: vertical lines
    pickable: Boolean, // whether a click on a line means something
  },
  data() {
    return { width: 320, height: 200, at: null };
  },
  mounted() {
    this.watcher = new ResizeObserver(this.measure);
    this.watcher.observe(this.$el);
    this.measure();
  },
  beforeUnmount() {
    this.watcher.disconnect();
  },
  computed: {
    step() {
      const rough = (this.high - this.low) / Math.max(2, Math.floor(this.height / 45));
      const power = 10 ** Math.floor(Math.log10(rough));
      return [1, 2, 5, 10].map((k) => k * power).find((s) => s >= rough);
    },
    ticks() {
      const step = this.step, found = [];
      for (let k = Math.ceil(this.low / step - 1e-9); k * step <= this.high + 1e-9 * step; k++) found.push(k * step);
      return found;
    },
    weekTicks() {
      const most = Math.max(2, Math.floor(this.width / 55));
      const step = WEEK_STEPS.find((s) => this.weeks / s <= most) || 1040;
      return Array.from({ length: Math.floor(this.weeks / step) + 1 }, (_, k) => k * step);
    },
    lines() {
      return JSON.parse(this.content); // sent as text, for Vue would watch every number of a list
    },
    scales() {
      const wide = (this.width - LEFT - RIGHT) / this.weeks;
      const tall = (this.height - TOP - BOTTOM) / (this.high - this.low || 1);
      const high = this.high;
      return { x: (week) => LEFT + wide * week, y: (value) => TOP + tall * (high - value) };
    },
    drawn() {
      return this.lines.map((line) => ({ ...line, path: this.path(line, line.mean), area: this.area(line) }));
    },
    read() {
      if (this.at === null) return [];
      return this.lines
        .map((line) => ({ name: line.name, colour: line.colour, value: line.mean[this.at - line.start] }))
        .filter((found) => found.value !== undefined && found.value !== null)
        .map((found) => ({ ...found, text: `${found.name}: ${this.written(found.value)}` }));
    },
  },
  methods: {
    measure() {
      this.width = Math.max(120, this.$el.clientWidth);
      this.height = Math.max(80, this.$el.clientHeight);
    },
    x(week) {
      return this.scales.x(week);
    },
    y(value) {
      return this.scales.y(value);
    },
    path(line, values) {
      const { x, y } = this.scales;
      let text = "", pen = "M";
      for (let k = 0; k < values.length; k++) {
        if (values[k] === null) {
          pen = "M";
        } else {
          text += `${pen}${x(line.start + k).toFixed(1)},${y(values[k]).toFixed(1)}`;
          pen = "L";
        }
      }
      return text;
    },
    area(line) {
      if (!line.low) return "";
      const { x, y } = this.scales;
      const there = [], back = [];
      for (let k = 0; k < line.low.length; k++) {
        if (line.low[k] === null) continue;
        const at = x(line.start + k).toFixed(1);
        there.push(`${at},${y(line.high[k]).toFixed(1)}`);
        back.push(`${at},${y(line.low[k]).toFixed(1)}`);
      }
      return there.length ? `M${there.join("L")}L${back.reverse().join("L")}Z` : "";
    },
    written(value) {
      if (this.unit === "£") return "£" + Math.round(value).toLocaleString("en-GB");
      return this.unit === "%" ? value.toFixed(1) + " %" : value.toFixed(3);
    },
    marked(tick) {
      // with as many decimals as tell one tick from the next
      const step = this.unit === "£" ? this.step / 1000 : this.step;
      const digits = Math.max(this.unit ? 0 : 1, -Math.floor(Math.log10(step) + 1e-9));
      const write = (value) => value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
      return this.unit === "£" ? `£${write(tick / 1000)}k` : write(tick);
    },
    point(event) {
      const box = this.$el.getBoundingClientRect();
      const week = Math.round(((event.clientX - box.left - LEFT) * this.weeks) / (this.width - LEFT - RIGHT));
      this.at = Math.min(this.weeks, Math.max(0, week));
    },
  },
  template: `
    <div class="lines" @pointermove="point" @pointerleave="at = null"
      v-memo="[drawn, label, marks, at, width, height]">
      <svg role="img" :aria-label="label" :width="width" :height="height" :viewBox="'0 0 ' + width + ' ' + height">
        <g class="lines-grid">
          <template v-for="tick in ticks" :key="'y' + tick">
            <line :x1="x(0)" :x2="x(weeks)" :y1="y(tick)" :y2="y(tick)" />
            <text :x="x(0) - 6" :y="y(tick)" dy="0.32em" text-anchor="end">{{ marked(tick) }}</text>
          </template>
          <template v-for="tick in weekTicks" :key="'x' + tick">
            <line :x1="x(tick)" :x2="x(tick)" :y1="height - 36" :y2="height - 32" />
            <text :x="x(tick)" :y="height - 19" :text-anchor="x(tick) > width - 20 ? 'end' : 'middle'"
              :dx="x(tick) > width - 20 ? 8 : 0">{{ tick }}</text>
          </template>
          <text :x="x(weeks / 2)" :y="height - 4" text-anchor="middle">weeks</text>
        </g>
        <g v-for="mark in marks" :key="'m' + mark.week + mark.text" class="lines-mark">
          <line :x1="x(mark.week)" :x2="x(mark.week)" :y1="8" :y2="height - 36" />
          <text :x="x(mark.week) + 3" :y="18">{{ mark.text }}</text>
        </g>
        <path v-for="line in drawn" :key="'b' + line.name" :d="line.area" :fill="line.colour" fill-opacity="0.16" />
        <path v-for="line in drawn" :key="line.name" :d="line.path" fill="none" :stroke="line.colour"
          :stroke-width="line.width" :stroke-dasharray="line.dash" stroke-linejoin="round" />
        <template v-if="pickable">
          <path v-for="line in drawn" :key="'p' + line.name" :d="line.path" class="lines-hit"
            @click="$emit('pick', line.name)" />
        </template>
        <line v-if="at !== null" class="lines-at" :x1="x(at)" :x2="x(at)" :y1="8" :y2="height - 36" />
      </svg>
      <div v-if="read.length" class="lines-read" :class="{'lines-read-left': at > weeks / 2}" aria-hidden="true">
        <div>Week {{ at }}</div>
        <div v-for="found in read" :key="found.name"><span :style="{color: found.colour}">&#9632;</span> {{ found.text }}</div>
      </div>
    </div>`,
};
