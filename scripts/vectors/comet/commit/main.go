// Prints commits of several validators with CometBFT's own sign bytes and verdicts, evidence with its hash, and proofs of
// transactions, for test/vectors/comet.
package main

import (
	"encoding/hex"
	"encoding/json"
	"math/rand"
	"os"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/types"
)

// Commit is a commit and what CometBFT says about it.
type Commit struct {
	ChainID        string   `json:"chainId"`
	Height         int64    `json:"height"`
	BlockID        string   `json:"blockId"`
	Validators     string   `json:"validators"`
	ValidatorsHash string   `json:"validatorsHash"`
	Commit         string   `json:"commit"`
	CommitHash     string   `json:"commitHash"`
	SignBytes      []string `json:"signBytes"`
	IsValid        bool     `json:"isValid"`
}

// Evidence is a list of evidence and its hash.
type Evidence struct {
	List string `json:"list"`
	Hash string `json:"hash"`
}

// Proof is a proof of one transaction.
type Proof struct {
	Txs      []string `json:"txs"`
	Index    int      `json:"index"`
	Root     string   `json:"root"`
	LeafHash string   `json:"leafHash"`
	Aunts    []string `json:"aunts"`
}

// Results are transaction results and their hash.
type Results struct {
	Results []string `json:"results"`
	Hash    string   `json:"hash"`
}

// File is all that is printed.
type File struct {
	Commits  []Commit   `json:"commits"`
	Evidence []Evidence `json:"evidence"`
	Proofs   []Proof    `json:"proofs"`
	Results  []Results  `json:"results"`
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func bytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	r.Read(b)
	return b
}

func text(b []byte) string { return hex.EncodeToString(b) }

func blockID(r *rand.Rand) types.BlockID {
	return types.BlockID{Hash: bytes(r, 32), PartSetHeader: types.PartSetHeader{Total: 1 + r.Uint32()%300, Hash: bytes(r, 32)}}
}

func validators(r *rand.Rand, count int) (*types.ValidatorSet, map[string]ed25519.PrivKey) {
	keys := map[string]ed25519.PrivKey{}
	list := []*types.Validator{}
	for i := 0; i < count; i++ {
		key := ed25519.GenPrivKeyFromSecret(bytes(r, 32))
		validator := types.NewValidator(key.PubKey(), 1+r.Int63n(1_000_000))
		if i%2 == 1 {
			validator.VotingPower = 10
		}
		keys[string(validator.Address)] = key
		list = append(list, validator)
	}
	return types.NewValidatorSet(list), keys
}

func sign(chainID string, key ed25519.PrivKey, vote *types.Vote) []byte {
	return must(key.Sign(types.VoteSignBytes(chainID, vote.ToProto())))
}

func when(r *rand.Rand) time.Time {
	switch r.Intn(5) {
	case 0:
		return time.Unix(1_700_000_000, 0).UTC()
	case 1:
		return time.Unix(0, r.Int63n(1_000_000_000)).UTC()
	case 2:
		return time.Unix(-r.Int63n(1_000_000), 5).UTC()
	}
	return time.Unix(1_700_000_000+r.Int63n(1_000_000), r.Int63n(1_000_000_000)).UTC()
}

// makeCommit signs for the block, for no block or not at all; the last kinds spoil something.
func makeCommit(r *rand.Rand, spoil int) Commit {
	set, keys := validators(r, 1+r.Intn(7))
	chainID := []string{"stateset-devnet-1", "c", "chaîne"}[r.Intn(3)]
	height := 1 + r.Int63n(1<<40)
	id := blockID(r)
	commit := &types.Commit{Height: height, Round: int32(r.Intn(3) * r.Intn(100)), BlockID: id}
	for index, validator := range set.Validators {
		kind := r.Intn(12)
		vote := &types.Vote{Type: cmtproto.PrecommitType, Height: height, Round: commit.Round, BlockID: id, Timestamp: when(r),
			ValidatorAddress: validator.Address, ValidatorIndex: int32(index)}
		if kind == 0 {
			commit.Signatures = append(commit.Signatures, types.NewCommitSigAbsent())
			continue
		}
		if kind == 1 {
			vote.BlockID = types.BlockID{}
		}
		vote.Signature = sign(chainID, keys[string(validator.Address)], vote)
		commit.Signatures = append(commit.Signatures, vote.CommitSig())
	}
	entry := &commit.Signatures[r.Intn(len(commit.Signatures))]
	switch {
	case spoil == 1 && len(entry.Signature) > 0:
		entry.Signature[5] ^= 1
	case spoil == 2:
		commit.Round++
	case spoil == 3:
		entry.Timestamp = entry.Timestamp.Add(time.Nanosecond)
	case spoil == 4 && entry.BlockIDFlag == types.BlockIDFlagCommit:
		entry.BlockIDFlag = types.BlockIDFlagNil
	}
	c := Commit{ChainID: chainID, Height: height, SignBytes: []string{}}
	proto := id.ToProto()
	c.BlockID = text(must(proto.Marshal()))
	c.Validators = text(must(must(set.ToProto()).Marshal()))
	c.ValidatorsHash = text(set.Hash())
	c.Commit = text(must(commit.ToProto().Marshal()))
	c.CommitHash = text(commit.Hash())
	for index := range commit.Signatures {
		if commit.Signatures[index].BlockIDFlag != types.BlockIDFlagAbsent {
			c.SignBytes = append(c.SignBytes, text(commit.VoteSignBytes(chainID, int32(index))))
		} else {
			c.SignBytes = append(c.SignBytes, "")
		}
	}
	c.IsValid = set.VerifyCommit(chainID, id, height, commit) == nil
	return c
}

func makeEvidence(r *rand.Rand, count int) Evidence {
	list := types.EvidenceList{}
	for i := 0; i < count; i++ {
		set, keys := validators(r, 3)
		validator := set.Validators[0]
		votes := []*types.Vote{}
		for n := 0; n < 2; n++ {
			vote := &types.Vote{Type: cmtproto.PrecommitType, Height: 7, Round: 1, BlockID: blockID(r), Timestamp: when(r),
				ValidatorAddress: validator.Address, ValidatorIndex: 0}
			vote.Signature = sign("c", keys[string(validator.Address)], vote)
			votes = append(votes, vote)
		}
		list = append(list, must(types.NewDuplicateVoteEvidence(votes[0], votes[1], when(r), set)))
	}
	data := types.EvidenceData{Evidence: list}
	proto := must(data.ToProto())
	return Evidence{List: text(must(proto.Marshal())), Hash: text(list.Hash())}
}

func makeProof(r *rand.Rand, count int) Proof {
	txs := types.Txs{}
	p := Proof{Index: r.Intn(count), Txs: []string{}, Aunts: []string{}}
	for i := 0; i < count; i++ {
		txs = append(txs, bytes(r, 1+r.Intn(50)))
		p.Txs = append(p.Txs, text(txs[i]))
	}
	proof := txs.Proof(p.Index)
	p.Root, p.LeafHash = text(proof.RootHash), text(proof.Proof.LeafHash)
	for _, aunt := range proof.Proof.Aunts {
		p.Aunts = append(p.Aunts, text(aunt))
	}
	return p
}

func makeResults(r *rand.Rand, count int) Results {
	results := []*abci.ExecTxResult{}
	out := Results{Results: []string{}}
	for i := 0; i < count; i++ {
		result := &abci.ExecTxResult{Code: r.Uint32() >> r.Intn(32), Log: "log", Info: "info", Codespace: "sdk",
			GasWanted: r.Int63() >> r.Intn(63), GasUsed: -r.Int63n(2) * r.Int63n(9), Events: []abci.Event{{Type: "e"}}}
		if r.Intn(2) == 0 {
			result.Data = bytes(r, r.Intn(300))
		}
		results = append(results, result)
		out.Results = append(out.Results, text(must(result.Marshal())))
	}
	out.Hash = text(types.NewResults(results).Hash())
	return out
}

func main() {
	r := rand.New(rand.NewSource(2))
	file := File{}
	for i := 0; i < 60; i++ {
		spoil := 0
		if i >= 36 {
			spoil = 1 + i%4
		}
		file.Commits = append(file.Commits, makeCommit(r, spoil))
	}
	for count := 0; count < 4; count++ {
		file.Evidence = append(file.Evidence, makeEvidence(r, count))
	}
	for count := 1; count < 20; count++ {
		file.Proofs = append(file.Proofs, makeProof(r, count))
	}
	for count := 0; count < 10; count++ {
		file.Results = append(file.Results, makeResults(r, count))
	}
	if err := json.NewEncoder(os.Stdout).Encode(file); err != nil {
		panic(err)
	}
}
