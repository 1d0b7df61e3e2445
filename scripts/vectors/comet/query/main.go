// Prints what CometBFT's query language makes of random queries, and which events they match, for test/vectors/comet.
package main

import (
	"encoding/json"
	"math/rand"
	"os"
	"strings"

	"github.com/cometbft/cometbft/libs/pubsub/query"
	"github.com/cometbft/cometbft/libs/pubsub/query/syntax"
)

// Condition is a parsed condition.
type Condition struct {
	Tag  string `json:"tag"`
	Op   string `json:"op"`
	Kind string `json:"kind,omitempty"`
	Text string `json:"text,omitempty"`
}

// Case is a query: refused with an error, or parsed and run over all sets of events.
type Case struct {
	Query      string      `json:"query"`
	Error      string      `json:"error,omitempty"`
	Conditions []Condition `json:"conditions,omitempty"`
	Matches    []int       `json:"matches,omitempty"`
}

// File is all that is printed.
type File struct {
	Events []map[string][]string `json:"events"`
	Cases  []Case                `json:"cases"`
}

var kinds = map[syntax.Token]string{
	syntax.TString: "string", syntax.TNumber: "number", syntax.TTime: "time", syntax.TDate: "date",
}

var ops = map[syntax.Token]string{
	syntax.TEq: "=", syntax.TLt: "<", syntax.TLeq: "<=", syntax.TGt: ">", syntax.TGeq: ">=",
	syntax.TContains: "CONTAINS", syntax.TExists: "EXISTS",
}

var tags = []string{"tm.event", "tx.height", "app.creator", "transfer.amount", "transfer", "a.b.c", "a.b", "_x.y-z", "tm", "é.ü"}

var values = []string{
	"", "Tx", "Cosmoshi Netowoko", "0", "00", "1", "5", "007", "12", "15.5", "15.50", "15.", "5uusdc", "5.25stake",
	"-5", "+5", " 5", "5 ", "0x10", "1e3", "1_000", "18446744073709551616", "340282366920938463463374607431768211456",
	"340282366920938463463374607431768211455", "2013-05-03", "2013-05-03T14:45:00Z", "2013-05-03T14:45:00.5Z",
	"2013-05-03T14:45:00+02:00", "2013-02-30", "2013-5-3", "1899-12-31", "3000-01-01", "TIME", "AND", "ö", "日本",
}

var arguments = []string{
	"'Tx'", "'Cosmoshi Netowoko'", "''", "'5'", "'ö'", "'o'", "'AND x = 1'", "'日'", "0", "1", "5", "007", "12", "15.5", "15.", "15.50", "5.25",
	"18446744073709551616", "340282366920938463463374607431768211456", "TIME 2013-05-03T14:45:00Z",
	"TIME 2013-05-03T14:45:00+02:00", "TIME 2013-05-03T14:45:00-07:30", "TIME 2013-05-03", "TIME  2013-05-03T14:45:00Z", "TIME 1899-12-31T23:59:59Z",
	"TIME 3000-01-01T00:00:00Z", "TIME 2013-02-30T00:00:00Z", "TIME 2013-05-03T24:00:00Z", "DATE 2013-05-03", "DATE 2013-02-29", "DATE 2012-02-29", "DATE 2013-5-3",
	"DATE 1899-12-31", "DATE 3000-01-01", "DATE", "TIME", "-5", "+5", "x", "\"Tx\"", "5uusdc", "0x10", ".5", "1.2.3",
}

var operators = []string{"=", "<", "<=", ">", ">=", "CONTAINS", "EXISTS", "==", "=<", "!=", "contains", ""}

var spaces = []string{" ", " ", " ", "", "  ", "\t", "\n", "\u00a0", "\u0085", "\u2003", "\ufeff"}

var noise = []string{"(", ")", "OR", "AND", "AND AND", ",", "'", "=", "5", "tm.event", "\\'", "\x00", "é"}

func pick(r *rand.Rand, from []string) string { return from[r.Intn(len(from))] }

func space(r *rand.Rand) string {
	if r.Intn(4) > 0 {
		return " "
	}
	return pick(r, spaces)
}

func operator(r *rand.Rand) string {
	if r.Intn(5) > 0 {
		return operators[r.Intn(7)]
	}
	return pick(r, operators)
}

func condition(r *rand.Rand) string {
	op := operator(r)
	text := pick(r, tags) + space(r) + op + space(r)
	if op != "EXISTS" || r.Intn(10) == 0 {
		text += pick(r, arguments)
	}
	if r.Intn(20) == 0 {
		text += space(r) + pick(r, noise)
	}
	return text
}

func run(text string, events []map[string][]string) Case {
	c := Case{Query: text}
	q, err := query.New(text)
	if err != nil {
		c.Error = err.Error()
		return c
	}
	for _, condition := range q.Syntax() {
		out := Condition{Tag: condition.Tag, Op: ops[condition.Op]}
		if condition.Arg != nil {
			out.Kind, out.Text = kinds[condition.Arg.Type], condition.Arg.Value()
		}
		c.Conditions = append(c.Conditions, out)
	}
	for index, set := range events {
		matches, err := q.Matches(set)
		if err != nil {
			panic(err)
		}
		if matches {
			c.Matches = append(c.Matches, index)
		}
	}
	return c
}

func main() {
	r := rand.New(rand.NewSource(13))
	events := []map[string][]string{{}}
	for _, value := range values {
		events = append(events, map[string][]string{"tm.event": {"Tx"}, "transfer.amount": {value}, "a.b.c": {"x", value}})
	}
	for i := 0; i < 60; i++ {
		set := map[string][]string{}
		for _, tag := range tags {
			if strings.Contains(tag, ".") && r.Intn(2) == 0 {
				for n := 1 + r.Intn(3); n > 0; n-- {
					set[tag] = append(set[tag], pick(r, values))
				}
			}
		}
		events = append(events, set)
	}
	file := File{Events: events}
	for _, op := range operators[:7] {
		for _, argument := range arguments {
			file.Cases = append(file.Cases, run("transfer.amount "+op+" "+argument, events))
		}
	}
	for i := 0; i < 900; i++ {
		conditions := []string{condition(r)}
		for r.Intn(3) == 0 {
			conditions = append(conditions, condition(r))
		}
		file.Cases = append(file.Cases, run(strings.Join(conditions, space(r)+"AND"+space(r)), events))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(file); err != nil {
		panic(err)
	}
}
