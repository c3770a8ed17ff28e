// A labelled number or choice.  What is half typed stays, whatever else on the page is drawn anew.
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
    return { text: String(this.value) };
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
    <label class="field plan-field">
      <span class="field-label">{{ label }}</span>
      <span v-if="!groups" class="plan-number">
        <input ref="control" type="number" :min="low" :max="high" :step="whole ? 1 : 'any'" v-model="text" @change="send" />
        <span v-if="unit" class="soft">{{ unit }}</span>
      </span>
      <select v-else ref="control" v-model="text" @change="send">
        <template v-for="group in groups" :key="group.name">
          <optgroup v-if="group.name" :label="group.name">
            <option v-for="choice in group.choices" :key="choice.value" :value="choice.value">{{ choice.text }}</option>
          </optgroup>
          <template v-else>
            <option v-for="choice in group.choices" :key="choice.value" :value="choice.value">{{ choice.text }}</option>
          </template>
        </template>
      </select>
    </label>`,
};
