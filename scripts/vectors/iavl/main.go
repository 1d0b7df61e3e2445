// Prints test vectors of the Go libraries that src/store must agree with: root hashes and ICS-23 proofs of
// github.com/cosmos/iavl, and app hashes and proofs of the multistore in cosmossdk.io/store.
//
//	go run . ../../../test/vectors/iavl
//
// The sequences come from fixed seeds, so two runs write the same files.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"sort"

	"cosmossdk.io/log"
	"cosmossdk.io/store/metrics"
	"cosmossdk.io/store/rootmulti"
	storetypes "cosmossdk.io/store/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/iavl"
	iavldb "github.com/cosmos/iavl/db"
)

// A change of one key, in hex. A null value deletes.
type change struct {
	Key   string  `json:"key"`
	Value *string `json:"value"`
}

// A key in a version, whether present or not.
type proof struct {
	Version int64  `json:"version"`
	Key     string `json:"key"`
	// An encoded cosmos.ics23.v1.CommitmentProof.
	Proof string `json:"proof"`
}

type version struct {
	Changes []change `json:"changes"`
	Root    string   `json:"root"`
	Size    int64    `json:"size"`
	Height  int8     `json:"height"`
}

type treeCase struct {
	Name string `json:"name"`
	// The number of the first version in the list; the others follow.
	FirstVersion int64     `json:"firstVersion"`
	Versions     []version `json:"versions"`
	Proofs       []proof   `json:"proofs"`
}

func deleted(key string) change {
	return change{Key: hex.EncodeToString([]byte(key))}
}

func stored(key string, value []byte) change {
	text := hex.EncodeToString(value)
	return change{Key: hex.EncodeToString([]byte(key)), Value: &text}
}

// A block of changes; nil values delete.
type block map[string][]byte

func sortedKeys(changes block) []string {
	keys := make([]string, 0, len(changes))
	for key := range changes {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Runs blocks through a tree. proofsEvery says after how many versions proofs are recorded; 0 is never.
func runTree(name string, initialVersion uint64, proofsEvery int, blocks []block, probes ...string) treeCase {
	tree := iavl.NewMutableTree(iavldb.NewMemDB(), 0, true, iavl.NewNopLogger())
	if initialVersion > 0 {
		tree.SetInitialVersion(initialVersion)
	}
	result := treeCase{Name: name, FirstVersion: max(1, int64(initialVersion)), Proofs: []proof{}}
	for number, changes := range blocks {
		keys := sortedKeys(changes)
		recorded := []change{}
		for _, key := range keys {
			value := changes[key]
			if value == nil {
				if _, _, err := tree.Remove([]byte(key)); err != nil {
					panic(err)
				}
				recorded = append(recorded, deleted(key))
				continue
			}
			must(tree.Set([]byte(key), value))
			recorded = append(recorded, stored(key, value))
		}
		hash, saved, err := tree.SaveVersion()
		if err != nil {
			panic(err)
		}
		root := hex.EncodeToString(hash)
		result.Versions = append(result.Versions, version{Changes: recorded, Root: root, Size: tree.Size(), Height: tree.Height()})
		if proofsEvery > 0 && (number+1)%proofsEvery == 0 && tree.Size() > 0 {
			result.Proofs = append(result.Proofs, proofsOf(tree, saved, append(pick(keys, 4), probes...))...)
		}
	}
	return result
}

func proofsOf(tree *iavl.MutableTree, saved int64, keys []string) []proof {
	at := must(tree.GetImmutable(saved))
	proofs := []proof{}
	for _, key := range keys {
		made := must(at.GetProof([]byte(key)))
		encoded := must(made.Marshal())
		proofs = append(proofs, proof{Version: saved, Key: hex.EncodeToString([]byte(key)), Proof: hex.EncodeToString(encoded)})
	}
	return proofs
}

// At most count keys, evenly spread.
func pick(keys []string, count int) []string {
	if len(keys) <= count {
		return append([]string{}, keys...)
	}
	picked := []string{}
	for index := 0; index < count; index++ {
		picked = append(picked, keys[index*(len(keys)-1)/(count-1)])
	}
	return picked
}

func randomBytes(random *rand.Rand, length int) []byte {
	bytes := make([]byte, length)
	random.Read(bytes)
	return bytes
}

func number(n int) string {
	return fmt.Sprintf("%06d", n)
}

// Blocks over a key space of a size: each change deletes with the given probability.
func randomBlocks(seed int64, count, perBlock, keySpace int, deletes float64) []block {
	random := rand.New(rand.NewSource(seed))
	blocks := []block{}
	for index := 0; index < count; index++ {
		changes := block{}
		for len(changes) < perBlock {
			key := fmt.Sprintf("%x", random.Intn(keySpace))
			if random.Float64() < deletes {
				changes[key] = nil
			} else {
				changes[key] = randomBytes(random, random.Intn(12))
			}
		}
		blocks = append(blocks, changes)
	}
	return blocks
}

func oneEach(keys []string, value string, perBlock int) []block {
	blocks := []block{}
	for start := 0; start < len(keys); start += perBlock {
		changes := block{}
		for index := start; index < start+perBlock && index < len(keys); index++ {
			changes[keys[index]] = []byte(value)
		}
		blocks = append(blocks, changes)
	}
	return blocks
}

func numbers(from, to int) []string {
	keys := []string{}
	step := 1
	if to < from {
		step = -1
	}
	for n := from; n != to; n += step {
		keys = append(keys, number(n))
	}
	return keys
}

func deletions(keys []string, perBlock int) []block {
	blocks := oneEach(keys, "", perBlock)
	for _, changes := range blocks {
		for key := range changes {
			changes[key] = nil
		}
	}
	return blocks
}

func set(pairs ...string) block {
	changes := block{}
	for index := 0; index < len(pairs); index += 2 {
		changes[pairs[index]] = []byte(pairs[index+1])
	}
	return changes
}

func del(keys ...string) block {
	changes := block{}
	for _, key := range keys {
		changes[key] = nil
	}
	return changes
}

func awkwardBytes() []block {
	random := rand.New(rand.NewSource(77))
	long := string(randomBytes(random, 300))
	blocks := []block{
		set("\x00", "zero", "\x00\x00", "two zeros", "\xff", "high", "\xff\xff", "higher", "a", "1", "ab", "2", "abc", "3", "ab\x00", "4"),
		{long: randomBytes(random, 10_000), long[:127]: randomBytes(random, 127), long[:128]: randomBytes(random, 128), long[:200]: {}},
		set("ab", "", "\x00", ""),
		del("ab\x00", "\xff", long[:128]),
	}
	return blocks
}

func treeCases() []treeCase {
	shuffled := numbers(0, 300)
	rand.New(rand.NewSource(5)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	readd := []block{set("a", "1", "b", "2", "c", "3"), del("b"), set("b", "2"), del("a", "b", "c"), {}, set("a", "1"), del("a"), set("c", "3", "a", "1", "b", "2")}
	return []treeCase{
		runTree("versions without a change", 0, 1, []block{{}, {}, set("k", "v"), {}, {}, set("l", "w"), {}}, "a", "z"),
		runTree("an empty value", 0, 0, []block{set("a", "", "b", ""), set("a", "1"), set("a", ""), del("b")}),
		runTree("deleted to empty and added again", 0, 1, readd, "aa", "zz"),
		runTree("the same value again", 0, 1, []block{set("a", "1", "b", "2", "c", "3"), set("b", "2"), set("a", "1", "b", "2", "c", "3"), set("b", "2")}),
		runTree("absent keys deleted", 0, 1, []block{del("x"), set("b", "1", "d", "2"), del("a", "c", "e"), {"b": nil, "c": nil, "x": []byte("y")}}),
		runTree("sequential ascending", 0, 4, append(oneEach(numbers(0, 256), "v", 16), deletions(numbers(0, 250), 25)...), "000100x"),
		runTree("sequential descending", 0, 4, append(oneEach(numbers(255, -1), "v", 16), deletions(numbers(255, 6), 25)...), "000100x"),
		runTree("one key a version", 0, 16, append(oneEach(shuffled, "v", 1)[:120], deletions(shuffled[:110], 1)...), "", "0001000"),
		runTree("small key space, half deletes", 0, 10, randomBlocks(1, 120, 12, 64, 0.5), "0", "zz"),
		runTree("medium key space, many deletes", 0, 10, randomBlocks(2, 60, 60, 512, 0.6), "0", "zz"),
		runTree("many keys", 0, 5, randomBlocks(3, 20, 400, 20_000, 0.1), "0", "zz"),
		runTree("awkward bytes", 0, 1, awkwardBytes(), "\x00\x01", "aa", "\xff\xff\xff"),
	}
}

func laterTreeCases() []treeCase {
	return []treeCase{
		runTree("a first version that is not 1", 1000, 1, randomBlocks(4, 6, 10, 40, 0.2), "0", "zz"),
		runTree("versions whose varint grows", 60, 3, randomBlocks(6, 12, 5, 40, 0.2)),
		runTree("versions whose varint grows again", 8188, 3, randomBlocks(7, 8, 5, 40, 0.2)),
	}
}

type storeProofs struct {
	Store  string `json:"store"`
	Key    string `json:"key"`
	Exists bool   `json:"exists"`
	// Encoded tendermint.crypto.ProofOp messages.
	Ops []string `json:"ops"`
}

type storeVersion struct {
	Version int64               `json:"version"`
	Changes map[string][]change `json:"changes"`
	AppHash string              `json:"appHash"`
	Stores  map[string]string   `json:"stores"`
	Proofs  []storeProofs       `json:"proofs"`
}

type storeCase struct {
	Names    []string       `json:"names"`
	Versions []storeVersion `json:"versions"`
}

func runStores(names []string, seed int64, versions int) storeCase {
	store := rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger(), metrics.NewNoOpMetrics())
	keys := storetypes.NewKVStoreKeys(names...)
	for _, key := range keys {
		store.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	}
	if err := store.LoadLatestVersion(); err != nil {
		panic(err)
	}
	random := rand.New(rand.NewSource(seed))
	result := storeCase{Names: names}
	for number := 1; number <= versions; number++ {
		entry := storeVersion{Version: int64(number), Changes: map[string][]change{}, Stores: map[string]string{}, Proofs: []storeProofs{}}
		for index, name := range names {
			// Some stores stay empty, and some versions change nothing.
			if index%4 == 3 || number%5 == 0 || random.Intn(3) == 0 {
				continue
			}
			kv := store.GetKVStore(keys[name])
			changes := randomBlocks(random.Int63(), 1, 6, 40, 0.3)[0]
			for _, key := range sortedKeys(changes) {
				if changes[key] == nil {
					kv.Delete([]byte(key))
					entry.Changes[name] = append(entry.Changes[name], deleted(key))
					continue
				}
				kv.Set([]byte(key), changes[key])
				entry.Changes[name] = append(entry.Changes[name], stored(key, changes[key]))
			}
		}
		entry.AppHash = hex.EncodeToString(store.Commit().Hash)
		for _, name := range names {
			entry.Stores[name] = hex.EncodeToString(store.GetCommitKVStore(keys[name]).LastCommitID().Hash)
			for probe := 0; probe < 2 && number > 1; probe++ {
				entry.Proofs = append(entry.Proofs, queryProof(store, name, fmt.Sprintf("%x", random.Intn(40)), int64(number))...)
			}
		}
		result.Versions = append(result.Versions, entry)
	}
	return result
}

// The proof ops of abci_query; none when the store is empty, for which the Go library has no proof.
func queryProof(store *rootmulti.Store, name, key string, height int64) (proofs []storeProofs) {
	response, err := store.Query(&storetypes.RequestQuery{Path: "/" + name + "/key", Data: []byte(key), Height: height, Prove: true})
	if err != nil {
		return nil
	}
	if response.ProofOps == nil {
		return nil
	}
	entry := storeProofs{Store: name, Key: hex.EncodeToString([]byte(key)), Exists: response.Value != nil}
	for _, op := range response.ProofOps.Ops {
		entry.Ops = append(entry.Ops, hex.EncodeToString(must(op.Marshal())))
	}
	return []storeProofs{entry}
}

func write(folder, name string, value any) {
	encoded := must(json.Marshal(value))
	if err := os.WriteFile(filepath.Join(folder, name), append(encoded, '\n'), 0o644); err != nil {
		panic(err)
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . <folder>")
		os.Exit(2)
	}
	folder := os.Args[1]
	write(folder, "iavl.json", treeCases())
	write(folder, "laterTrees.json", laterTreeCases())
	write(folder, "multistores.json", []storeCase{
		runStores([]string{"only"}, 11, 6),
		runStores([]string{"acc", "bank"}, 12, 6),
		runStores([]string{"acc", "authz", "bank", "consensus", "feegrant", "fees", "orders"}, 13, 12),
	})
}
