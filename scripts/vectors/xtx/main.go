// Writes test/vectors/xtx: what cosmossdk.io/x/tx makes of transactions. Run in this folder: `go run .`
package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/proto"
)

const origin = "cosmossdk.io/x/tx v0.14.0, messages of cosmossdk.io/api v0.9.2"

func unmarshal(bz []byte, message proto.Message) error { return proto.Unmarshal(bz, message) }

func write(path string, name string, values any) {
	file, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	encoder := json.NewEncoder(file)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(map[string]any{"origin": origin, name: values}); err != nil {
		panic(err)
	}
	if err := file.Close(); err != nil {
		panic(err)
	}
}

func main() {
	out := flag.String("out", "../../../test/vectors/xtx", "folder to write to")
	seed := flag.Int64("seed", 1, "seed of the mutations")
	count := flag.Int("count", 300, "transactions to decode")
	flag.Parse()
	write(filepath.Join(*out, "signDocs.json"), "signDocs", signDocs())
	write(filepath.Join(*out, "decodedTxs.json"), "decodedTxs", decodedTxs(*seed, *count))
}
