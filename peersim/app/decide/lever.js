// One key of the scenario: its name, a slider or a choice, its number, a reset, and what is known about it.
const PATIENCE = 60; // milliseconds between two changes while a slider is dragged

export default {
  props: {
    name: String, // of the key, without dots: for ids
    label: String,
    meaning: String,
    unit: String,
    note: String,
    allowed: String,
    evidence: String,
    grade: String,
    short: String, // the grade in a word or a letter
    low: Number,
    high: Number,
    reach: Number, // end of the slider, where the range goes further than anybody would drag
    step: Number,
    whole: Boolean,
    choices: Array, // of {value, text}; null for a number
    value: null,
    base: null, // value in the baseline
    baseText: String,
  },
  data() {
    return { shown: this.value, held: false, sent: false, waiting: null, last: 0 };
  },
  watch: {
    value(value) {
      if (!this.held) this.shown = value;
    },
  },
  computed: {
    changed() {
      return this.shown !== this.base;
    },
    end() {
      return Math.max(this.reach, Number(this.shown));
    },
  },
  methods: {
    drag(event) {
      if (!this.held) this.sent = false;
      this.held = true;
      this.shown = Number(event.target.value);
      const wait = this.last + PATIENCE - performance.now();
      clearTimeout(this.waiting);
      if (wait <= 0) this.dragged();
      else this.waiting = setTimeout(this.dragged, wait);
    },
    drop(event) {
      clearTimeout(this.waiting);
      this.shown = Number(event.target.value);
      this.held = false;
      this.dragged();
    },
    dragged() {
      this.send(this.sent); // what is sent while a slider is dragged is undone as one change
      this.sent = true;
    },
    write(event) {
      const number = event.target.valueAsNumber;
      if (Number.isNaN(number)) {
        event.target.value = this.shown;
        return;
      }
      this.shown = number;
      this.send();
    },
    choose(event) {
      this.shown = event.target.value;
      this.send();
    },
    reset() {
      this.shown = this.base;
      this.send();
      this.$nextTick(() => this.$refs.control.focus()); // the button is gone
    },
    send(goingOn) {
      this.last = performance.now();
      this.$emit("set", this.shown, goingOn === true);
    },
    refused(value) {
      this.held = false;
      this.shown = value;
      if (this.$refs.number) this.$refs.number.value = value;
    },
  },
  beforeUnmount() {
    clearTimeout(this.waiting);
  },
  template: `
    <div class="lever" :class="{'lever-changed': changed}" v-memo="[shown, base, baseText, note, end]">
      <div class="lever-head">
        <label class="field-label" :for="'lever-' + name">{{ label }}</label>
        <button v-if="changed" type="button" class="button quiet" @click="reset">
          Reset<span class="sr-only"> {{ label }} to {{ baseText }}</span>
        </button>
      </div>
      <div class="lever-row" v-if="!choices">
        <input ref="control" :id="'lever-' + name" type="range" :min="low" :max="end" :step="step" :value="shown"
          :aria-valuetext="shown + ' ' + unit" @input="drag" @change="drop" />
        <input ref="number" type="number" :min="low" :max="high" :step="whole ? 1 : 'any'" :value="shown"
          :aria-label="label + ', as a number'" @change="write" />
        <span class="lever-unit">{{ unit }}</span>
      </div>
      <select v-else ref="control" :id="'lever-' + name" :value="shown" @change="choose">
        <option v-for="choice in choices" :key="choice.value" :value="choice.value">{{ choice.text }}</option>
      </select>
      <p v-if="note" class="lever-note">{{ note }}</p>
      <details class="lever-about">
        <summary>{{ meaning }} <span class="lever-grade">evidence: {{ short }}</span></summary>
        <p>Allowed: {{ allowed }}. In the baseline: {{ baseText }}.</p>
        <p>{{ grade }} {{ evidence }}</p>
      </details>
    </div>`,
};
