// A labelled field for a whole number.  What is half typed stays, whatever else on the page is drawn anew.
export default {
  template: `
    <label class="field">
      <span class="field-label">{{ label }}</span>
      <input type="number" min="0" step="1" :max="most" v-model="text" @focus="typing = true" @input="typing = true" @change="send" @blur="show" />
    </label>`,
  props: { label: String, value: Number, most: Number },
  emits: ["written"],
  data() {
    return { text: String(this.value), typing: false };
  },
  watch: {
    value() {
      if (!this.typing) this.show();
    },
  },
  methods: {
    send() {
      this.typing = false;
      this.$emit("written", String(this.text));
    },
    show() {
      this.typing = false;
      this.text = String(this.value);
    },
  },
};
