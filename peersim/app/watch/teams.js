// The teams in numbers: what the drawing shows, as a table.
export default {
  template: `
    <div class="table-frame" tabindex="0" role="group" aria-label="Teams this week">
      <table>
        <caption>{{ caption }}</caption>
        <thead><tr><th v-for="text in head" :key="text" scope="col">{{ text }}</th></tr></thead>
        <tbody>
          <tr v-for="row in rows" :key="row[0]">
            <th scope="row">{{ row[0] }}</th>
            <td v-for="(text, number) in row.slice(1)" :key="number">{{ text }}</td>
          </tr>
        </tbody>
      </table>
    </div>`,
  props: { caption: String, head: Array, rows: Array },
};
