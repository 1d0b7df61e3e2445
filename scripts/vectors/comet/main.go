// Prints hashes and sign bytes that CometBFT itself computes over random blocks, for test/vectors/comet.
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
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	"github.com/cometbft/cometbft/types"
)

// Case is a block with everything that is hashed about it.
type Case struct {
	Block          string   `json:"block"`
	BlockHash      string   `json:"blockHash"`
	PartsTotal     uint32   `json:"partsTotal"`
	PartsHash      string   `json:"partsHash"`
	DataHash       string   `json:"dataHash"`
	LastCommitHash string   `json:"lastCommitHash"`
	EvidenceHash   string   `json:"evidenceHash"`
	Validators     string   `json:"validators"`
	ValidatorsHash string   `json:"validatorsHash"`
	Params         string   `json:"params"`
	ParamsHash     string   `json:"paramsHash"`
	Results        []string `json:"results"`
	ResultsHash    string   `json:"resultsHash"`
	SignBytes      string   `json:"signBytes"`
	Signature      string   `json:"signature"`
	PubKey         string   `json:"pubKey"`
	Address        string   `json:"address"`
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func bytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	r.Read(b)
	return b
}

func makeCase(r *rand.Rand, index int) Case {
	key := ed25519.GenPrivKeyFromSecret(bytes(r, 32))
	validator := types.NewValidator(key.PubKey(), 1+r.Int63n(100))
	set := types.NewValidatorSet([]*types.Validator{validator})
	txs := types.Txs{}
	for i := 0; i < r.Intn(9); i++ {
		txs = append(txs, bytes(r, 1+r.Intn(400)))
	}
	if index == 3 {
		txs = append(txs, bytes(r, 200_000))
	}
	height := int64(1 + index*r.Intn(1000))
	lastCommit := &types.Commit{}
	lastID := types.BlockID{}
	when := time.Unix(1_700_000_000+r.Int63n(1_000_000), r.Int63n(1_000_000_000)).UTC()
	if index == 5 {
		when = time.Unix(1_700_000_000, 0).UTC()
	}
	if index > 0 {
		height++
		lastID = types.BlockID{Hash: bytes(r, 32), PartSetHeader: types.PartSetHeader{Total: 1 + r.Uint32()%3, Hash: bytes(r, 32)}}
		lastCommit = &types.Commit{Height: height - 1, Round: int32(r.Intn(3)), BlockID: lastID, Signatures: []types.CommitSig{
			{BlockIDFlag: types.BlockIDFlagCommit, Signature: bytes(r, 64)},
		}}
		lastCommit.Signatures[0].ValidatorAddress = validator.Address
		lastCommit.Signatures[0].Timestamp = when
	}
	block := types.MakeBlock(height, txs, lastCommit, nil)
	params := types.DefaultConsensusParams()
	if index%2 == 1 {
		params.Block.MaxGas = r.Int63n(1 << 40)
	}
	results := []*abci.ExecTxResult{}
	for range txs {
		results = append(results, &abci.ExecTxResult{Code: uint32(r.Intn(3)), Data: bytes(r, r.Intn(30)), Log: "not hashed", GasWanted: r.Int63n(1_000_000), GasUsed: r.Int63n(1_000_000), Codespace: "sdk"})
	}
	block.Header.Populate(
		cmtversion.Consensus{Block: 11, App: uint64(index % 3)}, "chain-"+string(rune('a'+index)), when, lastID,
		set.Hash(), set.Hash(), params.Hash(), bytes(r, 32), types.NewResults(results).Hash(), validator.Address)
	parts, err := block.MakePartSet(types.BlockPartSizeBytes)
	must(err)
	blockProto, err := block.ToProto()
	must(err)
	encoded, err := blockProto.Marshal()
	must(err)
	setProto, err := set.ToProto()
	must(err)
	setBytes, err := setProto.Marshal()
	must(err)
	paramsProto := params.ToProto()
	paramsBytes, err := paramsProto.Marshal()
	must(err)
	vote := &cmtproto.Vote{Type: cmtproto.PrecommitType, Height: height, Round: 0, Timestamp: when.Add(time.Millisecond),
		BlockID: cmtproto.BlockID{Hash: block.Hash(), PartSetHeader: cmtproto.PartSetHeader{Total: parts.Header().Total, Hash: parts.Header().Hash}}}
	signBytes := types.VoteSignBytes(block.ChainID, vote)
	signature, err := key.Sign(signBytes)
	must(err)
	c := Case{
		Block: hex.EncodeToString(encoded), BlockHash: hex.EncodeToString(block.Hash()),
		PartsTotal: parts.Header().Total, PartsHash: hex.EncodeToString(parts.Header().Hash),
		DataHash: hex.EncodeToString(block.DataHash), LastCommitHash: hex.EncodeToString(block.LastCommitHash),
		EvidenceHash: hex.EncodeToString(block.EvidenceHash), Validators: hex.EncodeToString(setBytes),
		ValidatorsHash: hex.EncodeToString(set.Hash()), Params: hex.EncodeToString(paramsBytes),
		ParamsHash: hex.EncodeToString(params.Hash()), ResultsHash: hex.EncodeToString(types.NewResults(results).Hash()),
		SignBytes: hex.EncodeToString(signBytes), Signature: hex.EncodeToString(signature),
		PubKey: hex.EncodeToString(key.PubKey().Bytes()), Address: hex.EncodeToString(key.PubKey().Address()),
		Results: []string{},
	}
	for _, result := range results {
		b, err := result.Marshal()
		must(err)
		c.Results = append(c.Results, hex.EncodeToString(b))
	}
	return c
}

func main() {
	r := rand.New(rand.NewSource(38))
	cases := []Case{}
	for i := 0; i < 10; i++ {
		cases = append(cases, makeCase(r, i))
	}
	must(json.NewEncoder(os.Stdout).Encode(cases))
}
