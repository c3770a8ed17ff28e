// What happened, week by week, newest first.
export default {
  template: `
    <div class="watch-log" tabindex="0" role="group" aria-label="What happened so far, newest first">
      <p v-if="!entries.length" class="soft">Nothing yet. People come, go and fall ill as the weeks are lived.</p>
      <dl v-else>
        <template v-for="entry in entries" :key="entry[0]">
          <dt>Week {{ entry[0] }}</dt>
          <dd v-for="(line, number) in entry[1]" :key="number">{{ line }}</dd>
        </template>
      </dl>
    </div>`,
  props: { entries: Array },
};
