// A labelled number or choice.  What is half typed stays, whatever else on the page is drawn anew.
let count = 0; // for ids

export default {
  props: {
    label: String,
    value: null,
    low: Number,
    high: Number,
    whole: Boolean,
    unit: String,
    groups: Array, // of {name, choices: [{value, text}]}; null for a number
  },
  emits: ["set"],
  data() {
    return { text: String(this.value), id: "plan-field-" + (count += 1) };
  },
  watch: {
    value(value) {
      this.text = String(value);
    },
  },
  methods: {
    send() {
      const number = Number(this.text);
      this.$emit("set", this.groups ? this.text : this.text === "" || Number.isNaN(number) ? null : number);
    },
    refuse(value) {
      this.text = String(value);
    },
    focus() {
      this.$refs.control.focus();
    },
  },
  template: `
    <div class="field plan-field">
      <label class="field-label" :for="id">{{ label }}</label>
      <template v-if="!groups">
        <input ref="control" type="number" :id="id" :min="low" :max="high" :step="whole ? 1 : 'any'"
          :aria-describedby="id + '-unit'" v-model="text" @change="send" />
        <span :id="id + '-unit'" class="plan-small">{{ unit }}</span>
      </template>
      <select v-else ref="control" :id="id" v-model="text" @change="send">
        <template v-for="group in groups" :key="group.name">
          <optgroup v-if="group.name" :label="group.name">
            <option v-for="choice in group.choices" :key="choice.value" :value="choice.value">{{ choice.text }}</option>
          </optgroup>
          <template v-else>
            <option v-for="choice in group.choices" :key="choice.value" :value="choice.value">{{ choice.text }}</option>
          </template>
        </template>
      </select>
    </div>`,
};
