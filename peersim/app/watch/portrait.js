// The person in view: how they are, what moved them, whom they have to do with.
export default {
  template: `
    <section class="card watch-portrait" aria-labelledby="watch-who">
      <div class="watch-portrait-head">
        <h2 id="watch-who" ref="heading" tabindex="-1">{{ person.title }}</h2>
        <button type="button" class="button quiet" @click="$emit('close')">Close</button>
      </div>
      <p class="soft" v-if="person.team">{{ person.team }}</p>
      <p v-for="(text, number) in person.words" :key="number">{{ text }}</p>
      <p v-if="person.person && week">
        <button type="button" class="button" @click="$emit('story')">{{ story.length ? "Tell it again up to this week" : "Tell their story so far" }}</button>
      </p>
      <div v-if="story.length" class="watch-story-frame">
        <h3>Their story up to week {{ storyWeek }}</h3>
        <p class="soft">Told as if the time watched ended there. The story counts weeks from 0: its week 0 is week 1 here.</p>
        <div class="watch-story" tabindex="0" role="group" aria-label="Story">
          <template v-for="(block, number) in story" :key="number">
            <h4 v-if="block[0] === 'heading'">{{ block[1] }}</h4>
            <pre v-else-if="block[0] === 'columns'">{{ block[1] }}</pre>
            <p v-else>{{ block[1] }}</p>
          </template>
        </div>
      </div>
      <table v-for="ledger in person.ledgers" :key="ledger[0].slice(0, 20)">
        <caption>{{ ledger[0] }}</caption>
        <tbody>
          <tr v-for="row in ledger[1]" :key="row[0]"><th scope="row">{{ row[0] }}</th><td>{{ row[1] }}</td></tr>
        </tbody>
      </table>
      <table v-if="person.numbers.length">
        <caption>Now, each from 0 to 1</caption>
        <tbody>
          <tr v-for="row in person.numbers" :key="row[0]"><th scope="row">{{ row[0] }}</th><td>{{ row[1] }}</td></tr>
        </tbody>
      </table>
      <template v-for="group in person.relations" :key="group[0]">
        <component :is="group[1].length > 6 ? 'details' : 'div'">
          <component :is="group[1].length > 6 ? 'summary' : 'h3'">{{ group[0] }}{{ group[1].length > 6 ? ": " + group[1].length : "" }}</component>
          <ul class="watch-relations">
            <li v-for="one in group[1]" :key="one.place">
              <button type="button" class="button" @click="$emit('go', one.place)">{{ one.text }}</button>
            </li>
          </ul>
        </component>
      </template>
    </section>`,
  props: { person: Object, week: Number, story: Array, storyWeek: Number },
  methods: {
    head() {
      this.$nextTick(() => this.$refs.heading?.focus());
    },
  },
};
