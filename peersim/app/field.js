// A labelled text, number or choice.  What is half typed stays, whatever else on the page is drawn anew.
let count = 0; // for ids

export default {
  props: {
    label: String,
    kind: String, // text, number or choice
    value: null,
    longest: Number, // characters of a text
    low: Number, // ends of the range of a number
    high: Number,
    whole: Boolean,
    unit: String, // said after a number
    groups: Array, // of a choice: {name, choices: [{value, text}]}
  },
  emits: ["set"],
  data() {
    return { text: String(this.value), id: "field-" + (count += 1) };
  },
  watch: {
    value(value) {
      this.text = String(value);
    },
  },
  methods: {
    send() {
      const number = Number(this.text);
      const none = this.text === "" || Number.isNaN(number);
      this.$emit("set", this.kind !== "number" ? this.text : none ? null : number);
    },
    refuse(value) {
      this.text = String(value);
    },
    focus() {
      this.$refs.control.focus();
    },
  },
  template: `
    <div class="field">
      <label class="field-label" :for="id">{{ label }}</label>
      <input v-if="kind === 'text'" ref="control" type="text" :id="id" :maxlength="longest" autocomplete="off"
        v-model="text" @change="send" />
      <template v-else-if="kind === 'number'">
        <input ref="control" type="number" :id="id" :min="low" :max="high" :step="whole ? 1 : 'any'"
          :aria-describedby="id + '-unit'" v-model="text" @change="send" />
        <span :id="id + '-unit'" class="field-unit">{{ unit }}</span>
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
