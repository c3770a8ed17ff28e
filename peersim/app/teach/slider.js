// A slider that says its value in the words that the page has for it; the visitor's hand goes before the server's.
const PATIENCE = 80; // milliseconds between two messages while it is dragged

export default {
  props: {
    label: String,
    entry: String, // name in a form
    low: Number,
    high: Number,
    step: Number,
    start: Number,
    texts: Array, // what is said of each value, from low to high
  },
  data() {
    return { at: this.start, last: 0, waiting: null };
  },
  computed: {
    text() {
      return this.texts[Math.round((this.at - this.low) / this.step)] ?? String(this.at);
    },
  },
  methods: {
    drag(event) {
      this.at = Number(event.target.value);
      clearTimeout(this.waiting);
      const wait = this.last + PATIENCE - performance.now();
      if (wait <= 0) this.send();
      else this.waiting = setTimeout(this.send, wait);
    },
    send() {
      this.last = performance.now();
      this.$emit("move", this.at);
    },
  },
  beforeUnmount() {
    clearTimeout(this.waiting);
  },
  template: `
    <div class="teach-slider">
      <label class="field">
        <span class="field-label">{{ label }}</span>
        <input type="range" :name="entry" :min="low" :max="high" :step="step" :value="at" :aria-valuetext="text" @input="drag" />
      </label>
      <div class="teach-ends" aria-hidden="true">
        <span>{{ texts[0].split(" (")[0] }}</span><span>{{ texts[texts.length - 1].split(" (")[0] }}</span>
      </div>
      <output class="teach-value" aria-hidden="true">{{ text }}</output>
    </div>`,
};
