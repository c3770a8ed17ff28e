// Rows of dots over one axis, as SVG: what a class, or one learner, expected and found.
const FOOT = 48, TOP = 6;

export default {
  props: {
    label: String, // the chart in words
    title: String, // of the axis
    low: Number,
    high: Number,
    ticks: Array, // of {at, text}
    rows: Array, // of {name, shape, colour, dots: [{at, place}], counts: [{at, place, text}], mean, own}
    large: Boolean, // for a wall
  },
  data() {
    return { width: 320 };
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
    size() {
      return this.large ? 17 : 13;
    },
    tall() {
      return this.large ? 84 : 62;
    },
    radius() {
      return this.large ? 8 : 6;
    },
    left() {
      return Math.min(0.36 * this.width, 12 * this.size);
    },
    height() {
      return TOP + this.tall * this.rows.length + FOOT;
    },
    names() {
      return this.rows.map((row) => this.broken(row.name));
    },
    shownTicks() {
      const room = (this.width - this.left) / (3.2 * this.size);
      const every = Math.max(1, Math.ceil(this.ticks.length / room));
      return this.ticks.filter((_, k) => k % every === 0);
    },
  },
  methods: {
    measure() {
      this.width = Math.max(200, this.$el.clientWidth);
    },
    x(at) {
      return this.left + ((this.width - this.left - 22) * (at - this.low)) / (this.high - this.low);
    },
    y(row) {
      return TOP + this.tall * (row + 0.5);
    },
    // A stack begins below the middle of its row and grows upwards; a tall one is closer.
    lifted(row, place) {
      const tallest = Math.max(...this.rows[row].dots.map((dot) => dot.place));
      const step = tallest ? Math.min(1.7 * this.radius, (this.tall - 3.2 * this.radius) / tallest) : 0;
      return this.y(row) + (tallest ? this.tall / 2 - 1.6 * this.radius : 0) - step * place;
    },
    broken(name) {
      const most = Math.max(6, Math.floor((this.left - 10) / (0.56 * this.size)));
      const lines = [""];
      for (const word of name.split(" ")) {
        const last = lines[lines.length - 1];
        if (last && last.length + 1 + word.length > most) lines.push(word);
        else lines[lines.length - 1] = last ? `${last} ${word}` : word;
      }
      return lines.slice(0, 4);
    },
    outline(shape, x, y) {
      const r = this.radius;
      if (shape === "square") return `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`;
      if (shape === "diamond") return `M${x},${y - 1.25 * r}L${x + 1.25 * r},${y}L${x},${y + 1.25 * r}L${x - 1.25 * r},${y}Z`;
      if (shape === "triangle") return `M${x},${y - 1.2 * r}L${x + 1.2 * r},${y + r}L${x - 1.2 * r},${y + r}Z`;
      return `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
    },
  },
  template: `
    <div class="teach-dots">
      <svg role="img" :aria-label="label" :width="width" :height="height" :viewBox="'0 0 ' + width + ' ' + height"
        :font-size="size">
        <g class="teach-dots-grid">
          <template v-for="tick in shownTicks" :key="tick.text">
            <line :x1="x(tick.at)" :x2="x(tick.at)" :y1="6" :y2="height - 48" />
            <text :x="x(tick.at)" :y="height - 28" text-anchor="middle">{{ tick.text }}</text>
          </template>
          <line v-for="(row, k) in rows" :key="k" :x1="0" :x2="width" :y1="y(k) + tall / 2" :y2="y(k) + tall / 2" />
          <text :x="(left + width - 22) / 2" :y="height - 6" text-anchor="middle">{{ title }}</text>
        </g>
        <g v-for="(row, k) in rows" :key="row.name">
          <text v-for="(line, n) in names[k]" :key="n" x="0" dy="0.32em"
            :y="y(k) + (n - (names[k].length - 1) / 2) * size * 1.15">{{ line }}</text>
          <path v-for="(dot, n) in row.dots" :key="'d' + n" :d="outline(row.shape, x(dot.at), lifted(k, dot.place))"
            :fill="row.colour" stroke="#ffffff" />
          <text v-for="(count, n) in row.counts" :key="'c' + n" :x="x(count.at) + 1.5 * radius" dy="0.32em"
            :y="lifted(k, count.place)">{{ count.text }}</text>
          <g v-if="row.mean !== null">
            <line class="teach-dots-mean" :x1="x(row.mean)" :x2="x(row.mean)" :y1="y(k) - tall / 2 + size" :y2="y(k) + tall / 2" />
            <text :x="x(row.mean)" :y="y(k) - tall / 2 + size - 3" text-anchor="middle">mean</text>
          </g>
          <g v-if="row.own !== null" class="teach-dots-own">
            <circle :cx="x(row.own)" :cy="lifted(k, 0)" :r="1.8 * radius" />
            <text :x="x(row.own) + 2.3 * radius" :y="lifted(k, 0)" dy="0.32em">you</text>
          </g>
        </g>
      </svg>
    </div>`,
};
