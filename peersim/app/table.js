// A table of texts; the first cell of each row heads it.
export default {
  props: { caption: String, hidden: Boolean, head: Array, rows: Array },
  template: `
    <div class="table-frame" tabindex="0" role="group" :aria-label="caption">
      <table>
        <caption :class="{'sr-only': hidden}">{{ caption }}</caption>
        <thead><tr><th v-for="text in head" :key="text" scope="col">{{ text }}</th></tr></thead>
        <tbody>
          <tr v-for="(row, number) in rows" :key="number">
            <th scope="row">{{ row[0] }}</th>
            <td v-for="(text, place) in row.slice(1)" :key="place">{{ text }}</td>
          </tr>
        </tbody>
      </table>
    </div>`,
};
